/** End-to-end tests: the built app, served as `npm start` serves it, in a real Chromium. */
import { defineConfig } from '@playwright/test';

const address = 'http://127.0.0.1:4183/';

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'build/test/e2e',
  // Profiles and dropped files are real: one browser at a time keeps the tests honest on small machines.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  use: { baseURL: address },
  webServer: {
    command: 'node tools/start.mjs --no-build --port 4183',
    url: address,
    reuseExistingServer: false,
    timeout: 20_000,
  },
});
