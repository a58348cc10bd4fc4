/** Does what a step asks for, with the calls that a reader's hand makes; one action after the other, until one fails. */
import type { LabView, LessonAction } from '../../engine/api.ts';
import type { Labs } from '../lab/labs.svelte.ts';
import { waitMs } from '../lab/turns.ts';

const US_PER_SECOND = 1_000_000;
/** Simulated time between two looks at whether everything has come to rest. */
const LOOK_US = US_PER_SECOND / 4;
/** Real time that an answer of the engine may take. */
const LONGEST_WAIT_MS = 10_000;
const POLL_MS = 25;

export class Performer {
  constructor(
    private readonly labs: Labs,
    private readonly choose: (option: string) => void,
  ) {}

  /** False where it was refused, failed, or was stopped. */
  async perform(action: LessonAction, signal: AbortSignal): Promise<boolean> {
    const { labs } = this;
    const { session } = labs;
    switch (action.act) {
      case 'command':
        return labs.do(action.command);
      case 'run':
        return labs.runUntil(this.#nowUs() + action.seconds * US_PER_SECOND, signal);
      case 'settle':
        return this.#settle(this.#nowUs() + action.mostSeconds * US_PER_SECOND, signal);
      case 'explore':
        await labs.explore();
        return session.screen === 'explore' && session.chain !== null;
      case 'select':
        session.selectSectors(action.firstSector);
        return this.#until(() => session.answer !== null, signal);
      case 'last-step': {
        if (!(await this.#until(() => session.traceIsCurrent, signal))) return false;
        session.stepTo((session.trace?.steps.length ?? 0) - 1);
        return true;
      }
      case 'answer':
        this.choose(action.option);
        return true;
    }
  }

  #nowUs(): number {
    return this.labs.view?.nowUs ?? 0;
  }

  /** What did not come to rest in the time is no fault: the step's goal says whether it is done. */
  async #settle(untilUs: number, signal: AbortSignal): Promise<boolean> {
    while (isAtWork(this.labs.view) && this.#nowUs() < untilUs) {
      const nextUs = Math.min(untilUs, this.#nowUs() + LOOK_US);
      if (!(await this.labs.runUntil(nextUs, signal))) return false;
    }
    return this.labs.view !== null;
  }

  async #until(isSo: () => boolean, signal: AbortSignal): Promise<boolean> {
    for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS && !signal.aborted; waitedMs += POLL_MS) {
      if (isSo()) return true;
      await waitMs(POLL_MS);
    }
    return isSo();
  }
}

function isAtWork(view: LabView | null): boolean {
  if (!view) return false;
  return (
    view.memorySave !== null ||
    view.merges.some(({ state }) => state === 'merging' || state === 'catching up')
  );
}
