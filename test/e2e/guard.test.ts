/** The guard of every other test: what it must catch, it catches. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pickerCalls, pickNext, saveNextTo, stubPickers } from './support/files.ts';
import { browser, expect, test } from './support/fixtures.ts';

test('a request to another origin is refused by the policy and seen by the guard', async ({
  page,
  guard,
}) => {
  await page.goto('./');
  guard.expectFault(/other\.invalid/);
  const answer = await page.evaluate(() =>
    fetch('http://other.invalid/').then(
      () => 'answered',
      () => 'refused',
    ),
  );
  expect(answer).toBe('refused');
  await expect
    .poll(() => guard.faults.some((fault) => fault.startsWith('policy violation: connect-src')))
    .toBe(true);
});

test('script in the page, eval and inline style are refused by the policy', async ({ page, guard }) => {
  await page.goto('./');
  guard.expectFault(/script-src|style-src|Content Security Policy|eval/i);
  const done = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "changed"';
    document.head.append(script);
    document.body.insertAdjacentHTML('beforeend', '<p id="probe" style="color: red">x</p>');
    // In a turn of its own: the debugger, which runs this function, may evaluate what the page may not.
    const evaluated = await new Promise((resolve) => {
      setTimeout(() => {
        try {
          // biome-ignore lint/security/noGlobalEval: that it does not run is what is tested
          window.eval('1');
          resolve('evaluated');
        } catch {
          resolve('refused');
        }
      });
    });
    return { title: document.title, evaluated };
  });
  expect(done.title).not.toBe('changed');
  expect(done.evaluated).toBe('refused');
  const violations = () => guard.faults.filter((fault) => fault.startsWith('policy violation')).length;
  await expect.poll(violations).toBeGreaterThanOrEqual(3);
});

test('an error in the console is seen by the guard', async ({ page, guard }) => {
  await page.goto('./');
  guard.expectFault(/planted/);
  await page.evaluate(() => console.error('planted'));
  await expect.poll(() => guard.faults).toContain('console: planted');
});

test('the stubbed pickers hand out real handles, and cancel as a browser does', async ({ page, folder }) => {
  test.skip(browser.source === 'bundled', 'the packed Chromium cannot write to files of the user');
  await stubPickers(page);
  await page.goto('./');
  await writeFile(path.join(folder, 'a.bin'), 'abc');
  await pickNext(page, [path.join(folder, 'a.bin')]);
  await page.mouse.click(1, 1);
  const text = await page.evaluate(async () => {
    const [handle] = await window.showOpenFilePicker();
    return (await handle?.getFile())?.text();
  });
  expect(text).toBe('abc');
  await saveNextTo(page, folder, 'out.bin');
  await page.mouse.click(1, 1);
  const sizeBytes = await page.evaluate(async () => {
    const handle = await window.showSaveFilePicker();
    const writable = await handle.createWritable();
    await writable.write('written');
    await writable.close();
    return (await handle.getFile()).size;
  });
  expect(sizeBytes).toBe(7);
  const cancelled = await page.evaluate(() =>
    window.showDirectoryPicker().catch((error: Error) => error.name),
  );
  expect(cancelled).toBe('AbortError');
  expect(await pickerCalls(page)).toEqual([
    'showOpenFilePicker',
    'showSaveFilePicker',
    'showDirectoryPicker',
  ]);
});
