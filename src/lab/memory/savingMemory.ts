/** Memory of a checkpoint that is saved while its machine runs: some pages a step, and between two steps the guest. */
import { must } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import { sizeText } from '../../base/units.ts';
import type { LabContext } from '../context.ts';
import { endMemorySave } from '../machine/power.ts';

const PAGES_A_STEP = 64;

export class SavingMemory {
  /** When the next step is due, while one is under way. */
  dueUs = 0;

  constructor(private readonly context: LabContext) {}

  async step(): Promise<void> {
    const { context } = this;
    const saving = must(context.memorySave, 'memory is being saved');
    try {
      const { value: goesOn, endUs } = await context.clock.run(this.dueUs, () =>
        saving.save.step(PAGES_A_STEP),
      );
      // Every other moment is the guest's.
      this.dueUs = endUs + (endUs - this.dueUs);
      if (!goesOn) await this.end();
    } catch (error) {
      if (!(error instanceof DiskError) || !context.drive.isOn) throw error;
      await endMemorySave(context, error.message);
    }
  }

  /** Everything that waits, at once: a checkpoint whose machine is about to be another one. */
  async finish(): Promise<void> {
    const { context } = this;
    while (context.memorySave) {
      await this.step();
      context.clock.nowUs = Math.max(context.clock.nowUs, this.dueUs);
    }
  }

  private async end(): Promise<void> {
    const { context } = this;
    const { save, file, node } = must(context.memorySave, 'memory is being saved');
    const { interceptedPages } = save.progress;
    const { value: savedState } = await context.clock.run(this.dueUs, async () => {
      const finished = await save.finish();
      await file.close();
      return finished;
    });
    context.memorySave = null;
    const checkpoints = context.state.checkpoints.map((one) =>
      one.id === node ? { ...one, savedState, consistency: 'memory' as const } : one,
    );
    await context.clock.run(this.dueUs, () => context.commit({ ...context.state, checkpoints }));
    context.event(
      'memory',
      `Memory saved: ${sizeText(savedState.memoryBytes)} to ${sizeText(savedState.fileBytes)}, ${interceptedPages} pages intercepted.`,
      { node },
    );
  }
}
