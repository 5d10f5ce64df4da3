// The calls that aren't streams.
import { expect, test } from "vitest";
import { Backoff, pause } from "./backoff";
import { cancel, checkBuffering, generate, getConfig, getModels, getSnapshot, measureBuffering } from "./calls";
import { problem, refused, scripted, streaming } from "./scripted.test-help";
import { newKey } from "./http";

const tick = (n: number) => `event: tick\ndata: {"number":${n},"of":3,"dueMs":${n * 100}}\n\n`;

test("JSON comes back as it was said, and refusals as errors with their codes.", async () => {
  const { fetch, asked } = scripted(
    () => Response.json({ CREATOR_PROP_STREAMING: true }),
    () => Response.json({ models: [{ key: "default" }] }),
    problem(404, "NOT_FOUND"),
    refused,
  );

  expect(await getConfig({ fetch })).toEqual({ CREATOR_PROP_STREAMING: true });
  expect(await getModels({ fetch })).toEqual([{ key: "default" }]);
  await expect(getSnapshot({ fetch }, "a/b")).rejects.toMatchObject({ code: "NOT_FOUND", status: 404 });
  await expect(cancel({ fetch }, "req_1")).rejects.toMatchObject({ code: "UNREACHABLE" });
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /api/creator/config",
    "GET /api/creator/models",
    "GET /api/creator/generations/a%2Fb",
    "DELETE /api/creator/generations/req_1",
  ]);
});

test("The call that waits goes out under the stream's key, so that nothing is generated twice.", async () => {
  const { fetch, asked } = scripted(() => Response.json({ name: "Lamp" }));

  await generate({ fetch, base: "http://there" }, { prompt: "A lamp" }, "k1", new AbortController().signal);

  expect(asked[0]?.url).toBe("http://there/api/creator/generate-prop");
  expect(asked[0]?.headers.get("Idempotency-Key")).toBe("k1");
});

test("A stream whose ticks come together was buffered.", async () => {
  const { fetch } = scripted(streaming([tick(0) + tick(1) + tick(2)]));

  expect(await checkBuffering({ fetch })).toMatchObject({ live: false, ticks: 3, expected: 3 });
});

test("A stream whose ticks keep their distance is live, however late it is.", async () => {
  const { fetch } = scripted(streaming([tick(0), tick(1), tick(2)]));
  let now = 5000;

  expect(await checkBuffering({ fetch }, () => (now += 100))).toMatchObject({ live: true, heldBackMs: 0 });
});

test("A stream that breaks off is not live.", () => {
  expect(measureBuffering([]).live).toBe(false);
  expect(measureBuffering([{ due: 0, came: 0, of: 3 }]).live).toBe(false);
});

test("Waits grow up to a limit, are partly chance, and begin anew after a success.", () => {
  const least = new Backoff(100, 800, () => 0);
  const most = new Backoff(100, 800, () => 1);

  expect([1, 2, 3, 4, 5].map(() => least.next())).toEqual([50, 100, 200, 400, 400]);
  expect([1, 2, 3, 4, 5].map(() => most.next())).toEqual([100, 200, 400, 800, 800]);
  most.reset();
  most.suggest(200);
  expect(most.next()).toBe(200);
});

test("A wait ends when the network comes back, or when nobody waits any more.", async () => {
  const network = new EventTarget();
  const control = new AbortController();

  const back = pause(60_000, control.signal, network);
  network.dispatchEvent(new Event("online"));
  await back;
  const stopped = pause(60_000, control.signal);
  control.abort();
  await stopped;
});

test("No two keys are alike.", () => {
  const keys = new Set(Array.from({ length: 500 }, newKey));

  expect(keys.size).toBe(500);
  expect([...keys].every((key) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
});
