/** Builds: the app (default), the program for terminals (`--mode cli`); tests: projects `unit`, `browser`, `firefox`. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import type { UserConfig } from 'vite';
import { defineConfig } from 'vitest/config';
import { ARGS, findBrowser } from './tools/find-browser.mjs';
import {
  assetFileName,
  contentSecurityPolicy,
  coreWatch,
  licences,
  offline,
  sevenZipParts,
} from './tools/vite-plugins.ts';

// Looking for a browser can unpack one: only when tests run that need it.
const projects = process.argv.flatMap((arg, index, args) =>
  arg === '--project' ? (args[index + 1] ?? []) : arg.startsWith('--project=') ? arg.slice(10) : [],
);
const needsBrowser = process.env.VITEST && (projects.length === 0 || projects.includes('browser'));
const browser = needsBrowser ? findBrowser() : undefined;

const cli: UserConfig = {
  publicDir: false,
  // One file that runs without node_modules.
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/cli/main.ts',
    target: 'node20',
    outDir: 'dist/cli',
    emptyOutDir: true,
    rolldownOptions: { output: { entryFileNames: 'disklab.js', codeSplitting: false } },
  },
};

const app: UserConfig = {
  base: './',
  plugins: [
    svelte({ configFile: false }),
    coreWatch(),
    contentSecurityPolicy(),
    licences(),
    sevenZipParts(),
    offline(),
  ],
  worker: { format: 'es', rolldownOptions: { output: { assetFileNames: assetFileName } } },
  server: { port: 5173 },
  build: {
    target: 'es2023',
    outDir: 'dist/app',
    emptyOutDir: true,
    // Every browser that runs the core preloads modules by itself.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: { assetFileNames: assetFileName },
      // The contract re-exports what the lab says in words: only the screens that show it load it.
      treeshake: { moduleSideEffects: (id) => !/\/src\/(engine\/api|lab\/.*)\.ts$/.test(id) },
    },
    // WebAssembly is compiled while it streams in: it stays a file.
    assetsInlineLimit: (file) => (file.endsWith('.wasm') ? false : undefined),
  },
};

export default defineConfig(({ mode }) => ({
  ...(mode === 'cli' ? cli : app),
  test: {
    // Every core: most tests compute, and nothing is timed.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,svelte}'],
      reporter: ['text', 'json-summary'],
      reportsDirectory: 'build/coverage',
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          include: ['test/unit/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'firefox',
          environment: 'node',
          include: ['test/firefox/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        // Workers bring these in late; found only then, they would reload the page in the middle of a test.
        optimizeDeps: { include: ['axe-core', 'comlink', 'fflate', 'hash-wasm', 'idb-keyval', 'uplot'] },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // A flush waits for the disk, whatever else the machine writes.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: browser?.executablePath,
                env: { ...process.env, ...browser?.env },
                args: ARGS,
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
}));
