// How the page is built. `npm run dev` serves it with live reload in front of a service on port 8080.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const LIBRARIES = [
  { name: "three", test: /node_modules[\\/]three[\\/]/ },
  { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
];

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // data: addresses would need a hole in the Content-Security-Policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { codeSplitting: { groups: LIBRARIES } } },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
