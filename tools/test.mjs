// npm test: installs what is missing, builds, and runs every test. The last line is `N passed, N failed`.
//   node tools/test.mjs [unit] [browser] [e2e] [firefox] [-- arguments for the runner]
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, ROOT } from './install.mjs';

const RESULTS = 'build/test';

/** Every runner writes its results as JSON, which `count` sums up. */
const RUNNERS = {
  unit: { parts: ['core', 'cli'], run: vitest, count: countVitest },
  browser: { parts: ['core'], run: vitest, count: countVitest, needsChromium: true },
  e2e: { parts: ['app'], run: playwright, count: countPlaywright, needsChromium: true },
  firefox: { parts: ['app'], run: vitest, count: countVitest },
};

function node(script, args, env = {}) {
  const { status } = spawnSync(process.execPath, [path.join(ROOT, 'node_modules', script), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}

function vitest(name, results, rest) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  return node('vitest/vitest.mjs', ['run', '--project', name, ...reporters, ...rest]);
}

function playwright(_name, results, rest) {
  return node('@playwright/test/cli.js', ['test', '--reporter=list,json', ...rest], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: path.join(ROOT, results),
  });
}

function countVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  // A file that fails before its first test counts as one.
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  );
  const failedTests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${name}: ${fullName}\n${failureMessages.join('\n')}`),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
    failures: [...failedTests, ...broken.map(({ name, message }) => `${name}\n${message}`)],
  };
}

function countPlaywright({ stats, errors, suites }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
    failures: [...playwrightFailures(suites), ...errors.map(({ message }) => message)],
  };
}

function playwrightFailures(suites = []) {
  return suites.flatMap(({ specs, suites: inner }) => [
    ...specs
      .filter(({ ok }) => !ok)
      .map(({ file, line, title, tests }) => {
        const messages = tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors));
        return `${file}:${line}: ${title}\n${messages.map(({ message }) => message).join('\n')}`;
      }),
    ...playwrightFailures(inner),
  ]);
}

/** Runs one runner. A runner that fails without a failed test (a crash, no tests at all) is one failure. */
function runOne(name, rest) {
  const { run, count } = RUNNERS[name];
  const results = `${RESULTS}/${name}.json`;
  rmSync(path.join(ROOT, results), { force: true });
  console.log(`\n── ${name} ──`);
  const ok = run(name, results, rest);
  let counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  try {
    counts = count(JSON.parse(readFileSync(path.join(ROOT, results), 'utf8')));
  } catch {
    console.error(`The ${name} tests left no results.`);
  }
  if (!ok && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** So much of a failure as says what it was. */
function firstLines(text) {
  return text.split('\n').slice(0, 12).join('\n');
}

async function chromiumIsHere() {
  const { findBrowser, findFirefox } = await import('./find-browser.mjs');
  try {
    const { executablePath, source } = findBrowser();
    console.log(`Chromium: ${executablePath} (${source})`);
    console.log(`Firefox: ${findFirefox() ?? 'none found; its tests are skipped'}`);
    return true;
  } catch (error) {
    console.error(error.message);
    return false;
  }
}

async function main(args) {
  const split = args.includes('--') ? args.indexOf('--') : args.length;
  const named = args.slice(0, split);
  // `npm run test:unit -- FILE` arrives as `unit FILE`.
  const names = named.filter((name) => name in RUNNERS);
  const rest = [...named.filter((name) => !(name in RUNNERS)), ...args.slice(split + 1)];
  const wanted = names.length > 0 ? names : Object.keys(RUNNERS);
  ensureInstalled();
  build(new Set(wanted.flatMap((name) => RUNNERS[name].parts)), { ifStale: true });
  const canBrowse = !wanted.some((name) => RUNNERS[name].needsChromium) || (await chromiumIsHere());
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  for (const name of wanted) {
    const missing = RUNNERS[name].needsChromium && !canBrowse;
    if (missing) console.error(`The ${name} tests did not run: no Chromium. That counts as one failure.`);
    const counts = missing ? { passed: 0, failed: 1, skipped: 0, failures: [] } : runOne(name, rest);
    for (const key of Object.keys(total)) total[key] += counts[key];
    failures.push(...counts.failures.map((failure) => `✗ ${name}: ${failure}`));
  }
  // Once more at the end: of a long log often only the end is at hand.
  if (failures.length > 0) console.log(`\n${failures.map(firstLines).join('\n')}`);
  if (total.skipped > 0) console.log(`\n${total.skipped} skipped`);
  return total;
}

let total;
try {
  total = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  total = { passed: 0, failed: 1 };
}
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(`${total.passed} passed, ${total.failed} failed`);
