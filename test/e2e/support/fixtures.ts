/**
 * Fixtures of the end-to-end tests: a real Chromium with a profile of its own, a folder of disks, and a guard that
 * fails any test in which the page broke its policy, asked another origin for anything, or logged an error.
 */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, test as base, chromium, expect, type Page } from '@playwright/test';
import { ARGS, findBrowser } from '../../../tools/find-browser.mjs';
import { serve } from '../../../tools/serve.mjs';

export { expect };

export const browser = findBrowser();
export const APP = path.resolve(import.meta.dirname, '../../../dist/app');

/** Writes the profile that a user leaves behind after "Allow on every visit" for one folder. */
async function seedProfile(profile: string, origins: readonly string[], folder: string): Promise<void> {
  // Chromium counts microseconds from 1601.
  const last_modified = String((BigInt(Date.now()) + 11_644_473_600_000n) * 1000n);
  const chosen = {
    'display-name': path.basename(folder),
    'is-directory': true,
    path: folder,
    readable: true,
    writable: true,
  };
  const forEach = (setting: unknown) =>
    Object.fromEntries(origins.map((origin) => [`${origin},*`, { last_modified, setting }]));
  const exceptions = {
    file_system_access_extended_permission: forEach(1),
    file_system_access_chooser_data: forEach({ 'chosen-objects': [chosen] }),
  };
  await mkdir(path.join(profile, 'Default'), { recursive: true });
  const preferences = { profile: { content_settings: { exceptions } } };
  await writeFile(path.join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
}

/** What the page must not do. Everything lands in `faults`; a test may expect some of it. */
export class Guard {
  readonly faults: string[] = [];
  readonly #origins = new Set<string>();
  readonly #expected: RegExp[] = [];

  allowOrigin(address: string): void {
    this.#origins.add(new URL(address).origin);
  }

  /** A message that this test provokes on purpose. */
  expectFault(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on('request', (request) => {
      const url = new URL(request.url());
      const isLocal = url.protocol === 'data:' || url.protocol === 'blob:';
      if (!isLocal && !this.#origins.has(url.origin)) this.faults.push(`request to ${url.href}`);
    });
    context.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => this.faults.push(`uncaught: ${error.error()}`));
    await context.exposeBinding('reportPolicyViolation', (_source, text: string) => {
      this.faults.push(`policy violation: ${text}`);
    });
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        // The binding is ours, put there by the guard.
        const { reportPolicyViolation } = window as { reportPolicyViolation?: (text: string) => void };
        reportPolicyViolation?.(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`);
      });
    });
  }

  unexpected(): string[] {
    return this.faults.filter((fault) => !this.#expected.some((pattern) => pattern.test(fault)));
  }
}

interface Site {
  /** Address of the app, with a slash at the end. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

interface Fixtures {
  /** A folder that the browser may read and write. */
  folder: string;
  guard: Guard;
  context: BrowserContext;
  page: Page;
  /** A server of the test's own, which it may take down. */
  ownSite: (basePath?: string, folder?: string) => Promise<Site>;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's names, and there are none
  folder: async ({}, use) => {
    // The profile names the folder as the system resolves it.
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'disklab-disks-')));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  guard: [
    async ({ baseURL }, use) => {
      const guard = new Guard();
      guard.allowOrigin(baseURL ?? '');
      await use(guard);
      expect(guard.unexpected(), 'what the page must not do').toEqual([]);
    },
    { auto: true },
  ],
  context: async ({ folder, baseURL, guard, colorScheme }, use) => {
    const profile = await mkdtemp(path.join(tmpdir(), 'disklab-profile-'));
    await seedProfile(profile, [new URL(baseURL ?? '').origin], folder);
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: browser.executablePath,
      env: { ...definedOnly(process.env), ...browser.env },
      args: ARGS,
      baseURL,
      colorScheme,
      viewport: { width: 1280, height: 800 },
    });
    await guard.watch(context);
    await use(context);
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  },
  page: async ({ context }, use) => {
    await use(context.pages()[0] ?? (await context.newPage()));
  },
  ownSite: async ({ guard }, use) => {
    const sites: Site[] = [];
    await use(async (basePath = '/', folder = APP) => {
      const site = await serve({ folder, basePath });
      guard.allowOrigin(site.address);
      sites.push(site);
      return site;
    });
    for (const site of sites) await site.close();
  },
});

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
