// The streaming client, for any front end: no framework, nothing but `fetch`.
export * from "./backoff";
export * from "./calls";
export * from "./events";
export { type Frame, readFrames } from "./frames";
export { newKey, type Service, ServiceError } from "./http";
export * from "./stream";
