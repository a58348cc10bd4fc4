import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { PowerState } from '../../../../src/engine/api.ts';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import { checkpointView } from '../../../support/fakeLab.ts';
import { GUIDS } from '../../../support/labViews.ts';
import { expectAccessible } from '../support.ts';
import { labPage } from './labPage.ts';

beforeEach(async () => {
  theme.choose('light');
  await page.viewport(1280, 800);
});

type Opened = Awaited<ReturnType<typeof labPage>>;

const inMenu = async ({ button, screen }: Opened, name: string) => {
  await button('More to do with the machine').click();
  await screen
    .getByRole('dialog', { name: 'More to do with the machine' })
    .getByRole('button', { name, exact: true })
    .click();
};
const withPower = (power: PowerState) => {
  const view = checkpointView();
  return { ...view, machine: { ...view.machine, power }, status: power };
};

describe('checkpoints', () => {
  it('are taken with one click, and the new one is there', async () => {
    const { button, lab, screen } = await labPage();
    await button('Take checkpoint').click();
    expect(lab.commands).toEqual([{ do: 'take' }]);
    await expect.element(screen.getByRole('treeitem', { name: /LAB-WEB01 \(03\/02\/2026/ })).toBeVisible();
  });

  it('are taken with a name and a type', async () => {
    const opened = await labPage();
    await inMenu(opened, 'Take with a name…');
    const dialog = opened.screen.getByRole('dialog', { name: 'Take a checkpoint' });
    await expect.element(dialog.getByRole('textbox', { name: 'Name' })).toHaveFocus();
    await expectAccessible(dialog.element());
    await dialog.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(101));
    await expect.element(dialog.getByText('101 characters: at most 100 are possible.')).toBeVisible();
    await expect.element(dialog.getByRole('button', { name: 'Take checkpoint' })).toBeDisabled();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('before the test');
    await dialog.getByRole('radio', { name: /Production only/ }).click();
    await userEvent.keyboard('{Enter}');
    expect(opened.lab.commands).toEqual([{ do: 'take', name: 'before the test', type: 'production-only' }]);
  });

  it('are renamed', async () => {
    const { screen, button, lab } = await labPage();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    await button('Rename…').click();
    const dialog = screen.getByRole('dialog', { name: 'Rename schema v2' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('schema v3');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    expect(lab.commands).toEqual([{ do: 'rename', checkpoint: GUIDS.schema, name: 'schema v3' }]);
    await expect.element(screen.getByRole('treeitem', { name: /schema v3/ })).toBeVisible();
  });

  it('are deleted, alone or with what is below', async () => {
    const { screen, button, lab } = await labPage();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    await button('Delete').click();
    expect(lab.commands).toEqual([{ do: 'delete', checkpoint: GUIDS.schema }]);
    await screen.getByRole('treeitem', { name: /clean install/ }).click();
    await button('Delete subtree…').click();
    const dialog = screen.getByRole('dialog', { name: 'Delete clean install and all below it?' });
    await expect.element(dialog).toHaveTextContent('2 checkpoints go: clean install, after hotfix.');
    await expect.element(dialog.getByRole('button', { name: 'Cancel' })).toHaveFocus();
    await dialog.getByRole('button', { name: 'Delete all 2' }).click();
    expect(lab.commands.at(-1)).toEqual({ do: 'delete-subtree', checkpoint: 'CLEAN' });
  });

  it('are applied in three ways', async () => {
    const { screen, button, lab } = await labPage();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    const ask = async (answer: string) => {
      await button('Apply…').click();
      const dialog = screen.getByRole('dialog', { name: 'Apply schema v2?' });
      await expect.element(dialog).toHaveTextContent('12 MiB written since are lost.');
      await dialog.getByRole('button', { name: answer }).click();
      await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    };
    await button('Apply…').click();
    await screen.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect.element(button('Apply…')).toHaveFocus();
    expect(lab.commands).toEqual([]);
    await ask('Take a checkpoint and apply');
    await ask('Apply, and lose Now');
    expect(lab.commands).toEqual([
      { do: 'apply', checkpoint: GUIDS.schema, takeFirst: true },
      { do: 'apply', checkpoint: GUIDS.schema, takeFirst: false },
    ]);
  });

  it('are reverted to', async () => {
    const { screen, button, lab } = await labPage();
    await button('Revert…').click();
    await screen.getByRole('button', { name: 'Take a checkpoint and revert' }).click();
    expect(lab.commands).toEqual([{ do: 'revert', takeFirst: true }]);
  });

  it('that are refused leave a problem on the page, and the lab as it was', async () => {
    const { button, lab, session, labs } = await labPage();
    const before = labs.view?.machine;
    lab.refused.add('take');
    await button('Take checkpoint').click();
    await vi.waitFor(() => expect(session.problems).toHaveLength(1));
    expect(session.problems[0]?.problem.message).toContain('physical disk');
    expect(labs.view?.machine).toEqual(before);
    lab.refused.clear();
    await button('Take checkpoint').click();
    await vi.waitFor(() => expect(session.problems).toHaveLength(0));
  });

  it('list their files by name, beside those of Now', async () => {
    const { screen, button } = await labPage();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    await button('Files…').click();
    const dialog = screen.getByRole('dialog', { name: 'Files at schema v2' });
    await expect
      .element(dialog.getByRole('row', { name: /ORDERS\.DB 3 MiB .* changed, 4 MiB/ }))
      .toBeVisible();
    await expect.element(dialog.getByRole('row', { name: /OLD\.TXT .* removed/ })).toBeVisible();
    await expect.element(dialog.getByRole('row', { name: /NEW\.TXT not here/ })).toBeVisible();
    await expectAccessible(dialog.element());
  });
});

describe('the machine', () => {
  it('offers what its state lets happen', async () => {
    const opened = await labPage();
    const { button, lab, screen } = opened;
    await button('Shut down').click();
    await expect.element(screen.getByRole('status').first()).toHaveTextContent('Off');
    await button('Start').click();
    await inMenu(opened, 'Pause the machine');
    await button('Resume').click();
    await inMenu(opened, 'Save');
    await expect.element(button('Start')).toBeVisible();
    expect(lab.commands.map((command) => command.do)).toEqual([
      'shut-down',
      'start',
      'pause',
      'resume',
      'save',
    ]);
  });

  it('changes what its guest does', async () => {
    const { screen, lab } = await labPage();
    await screen.getByRole('combobox', { name: 'guest' }).selectOptions('database');
    const load = screen.getByRole('slider', { name: /load/ });
    await expect.element(load).toHaveValue('60');
    (load.element() as HTMLInputElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await vi.waitFor(() => expect(lab.commands).toHaveLength(2));
    expect(lab.commands).toEqual([
      { do: 'guest', kind: 'database', load: 60 },
      { do: 'guest', kind: 'database', load: 65 },
    ]);
  });

  it('loses the power of its host, and gets it back', async () => {
    const { button, screen, lab } = await labPage();
    await button('Pull the plug…').click();
    const dialog = screen.getByRole('dialog', { name: 'Pull the plug of the host?' });
    await expect.element(dialog).toHaveTextContent('The merge is cut off and recovered from its journal');
    await dialog.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await dialog.getByRole('button', { name: 'Pull the plug' }).click();
    await button('Power on the host').click();
    expect(lab.commands).toEqual([{ do: 'pull-plug', seed: 7 }, { do: 'power-on' }]);
    await expect.element(button('Take checkpoint')).toBeVisible();
  });

  it('has its settings changed, and no others', async () => {
    const opened = await labPage(withPower('off'));
    await inMenu(opened, 'Settings…');
    const dialog = opened.screen.getByRole('dialog', { name: 'Settings of LAB-WEB01' });
    await dialog.getByRole('combobox', { name: 'Memory' }).selectOptions('128 MiB');
    await dialog.getByRole('checkbox', { name: /Integration services/ }).click();
    await dialog.getByRole('textbox', { name: 'Physical disk' }).fill('PhysicalDrive9');
    await dialog.getByRole('button', { name: 'Give it to the machine' }).click();
    await expectAccessible(dialog.element());
    await dialog.getByRole('button', { name: 'Keep these settings' }).click();
    expect(opened.lab.commands).toEqual([
      { do: 'attach-pass-through', name: 'PhysicalDrive9' },
      { do: 'settings', change: { memoryBytes: 128 * 2 ** 20, integrationServices: false } },
    ]);
  });

  it('is removed, and leaves one disk', async () => {
    const opened = await labPage();
    await inMenu(opened, 'Remove the machine…');
    await opened.screen.getByRole('button', { name: 'Remove the machine, keep one disk' }).click();
    const left = opened.screen.getByRole('region', { name: 'What is left' });
    await expect.element(left).toHaveTextContent('Virtual Hard Disks/LAB-WEB01.vhd, 1.31 GiB');
    await expectAccessible(opened.screen.container);
    await left.getByRole('button', { name: 'Undo' }).click();
    expect(opened.lab.calls.undo).toBe(1);
  });
});

describe('faults on purpose', () => {
  it('each say what they will mean, and are done', async () => {
    const opened = await labPage();
    await inMenu(opened, 'Faults…');
    const dialog = opened.screen.getByRole('dialog', { name: 'Faults on purpose' });
    const file = `Snapshots/${GUIDS.schema}.avhd`;
    await dialog.getByRole('combobox', { name: 'File' }).selectOptions(`schema v2: ${file}`);
    await expect.element(dialog).toHaveTextContent('Read by schema v2.');
    await expectAccessible(dialog.element());
    await dialog.getByRole('button', { name: 'Change its id' }).click();
    await dialog.getByRole('textbox', { name: 'at' }).fill('0xZZ');
    await expect.element(dialog.getByRole('button', { name: 'Alter bytes' })).toBeDisabled();
    await dialog.getByRole('textbox', { name: 'at' }).fill('0x2000');
    await dialog.getByRole('button', { name: 'Alter bytes' }).click();
    await dialog.getByRole('button', { name: 'Lose it' }).click();
    await dialog.getByRole('button', { name: `Put ${file} back` }).click();
    await dialog.getByRole('spinbutton', { name: 'Room for' }).fill('2000');
    await dialog.getByRole('button', { name: 'Make it that small' }).click();
    await dialog.getByRole('button', { name: 'Room without limit' }).click();
    expect(opened.lab.commands).toEqual([
      { do: 'change-id', file },
      { do: 'alter-file', file, offset: 0x2000, lengthBytes: 512 },
      { do: 'lose-file', file },
      { do: 'put-file-back', file },
      { do: 'drive-size', bytes: 2000 * 2 ** 20 },
      { do: 'drive-size', bytes: null },
    ]);
  });
});
