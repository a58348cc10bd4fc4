import { expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import FindingsScreen from '../../../../src/ui/findings/FindingsScreen.svelte';
import { findingOf, pileOf } from '../../../support/pileOf.ts';
import { expectAccessible, openSession } from '../support.ts';

const HOSTILE = '<img src=x onerror="document.title=`taken`">';

it('says sentence, code, meaning and remedy, and leads to the bytes', async () => {
  const { session } = await openSession(
    pileOf([
      {
        name: 'a.vhd',
        findings: [
          findingOf('several-children', 'note'),
          findingOf('footer-missing', 'error', { code: '0xC03A0001', offset: 0x1234 }),
        ],
      },
    ]),
  );
  session.show('findings');
  const { container } = await render(FindingsScreen, { session });
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('1 finding in 1 disk');
  expect(container.querySelectorAll('li')).toHaveLength(2);
  expect(container.querySelector('li')?.textContent).toMatch(
    /Error:.*Message of footer-missing.*0xC03A0001.*What it means/s,
  );
  await expectAccessible(container);
  await userEvent.click(page.getByRole('button', { name: 'Errors and warnings' }));
  expect(container.querySelectorAll('li')).toHaveLength(1);
  await userEvent.click(page.getByRole('button', { name: /0x1234/ }));
  expect(session.bytes).toEqual({ target: 1, offset: 0x1234, lengthBytes: 16 });
  expect(session.screen).toBe('explore');
});

it('shows what stands in files as text, whatever it looks like', async () => {
  const { session } = await openSession(
    pileOf([
      {
        name: HOSTILE,
        findings: [findingOf('x', 'error', { message: HOSTILE, meaning: HOSTILE, file: HOSTILE })],
      },
    ]),
  );
  const { container } = await render(FindingsScreen, { session });
  expect(container.querySelector('img')).toBe(null);
  expect(container.textContent).toContain(HOSTILE);
  expect(document.title).not.toBe('taken');
});
