import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { experimentPage } from './experimentPage.ts';

beforeEach(() => page.viewport(1280, 800));

/** Names of what goes to the downloads while `act` runs. */
async function savedBy(act: () => Promise<void>, count: number): Promise<string[]> {
  const names: string[] = [];
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  await act();
  await vi.waitFor(() => expect(names).toHaveLength(count));
  click.mockRestore();
  return names;
}

describe('what a reader takes with him', () => {
  it('is files of the figures and of the drawing', async () => {
    const { button, screen } = await experimentPage();
    await expect.element(screen.getByRole('button', { name: /^CSV/ })).not.toBeInTheDocument();
    await button('Run without predicting').click();
    await expect.element(button(/^CSV/)).toBeVisible();
    const names = await savedBy(async () => {
      for (const kind of ['CSV', 'JSON', 'SVG', 'PNG']) await button(new RegExp(`^${kind}`)).click();
    }, 4);
    expect(names.toSorted()).toEqual(
      ['csv', 'json', 'png', 'svg'].map((ending) => `disklab read-cost seed 4711.${ending}`),
    );
    await expect.element(screen.getByText(/png: the browser took it over/)).toBeVisible();
  });

  it('is a link to the set-up, also before anything was run', async () => {
    const { button, screen } = await experimentPage();
    await button('Link').click();
    await expect
      .element(screen.getByRole('textbox', { name: 'Link to this set-up' }))
      .toHaveValue(`${location.origin}${location.pathname}#screen=experiments&at=read-cost`);
  });

  it('is the lab’s run behind a point, with a word about the lab that is open', async () => {
    const { button, screen, lab, session } = await experimentPage();
    await button('Run without predicting').click();
    await button('Open in the lab: 8 checkpoints, live merge').click();
    await vi.waitFor(() => expect(session.screen).toBe('lab'));
    expect(lab.started).toMatchObject([{ from: 'scenario', storage: 'memory' }]);
    session.show('experiments', 'read-cost');
    await expect.element(screen.getByText(/^The lab that is open is closed/)).toBeVisible();
  });
});
