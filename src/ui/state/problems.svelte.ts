/** Faults that stand on screen until they are dealt with or dismissed. */
import type { Problem } from '../../base/errors.ts';
import type { Outcome } from '../../engine/api.ts';

export interface StandingProblem {
  /** One problem a key: a newer one takes the place of the older. */
  readonly key: string;
  readonly problem: Problem;
}

export class Problems {
  list: readonly StandingProblem[] = $state.raw([]);

  /** The value of an outcome; a fault becomes a standing problem, a cancel is none. */
  take<T>(outcome: Outcome<T>, key: string): T | null {
    if (outcome.ok) {
      this.dismiss(key);
      return outcome.value;
    }
    // A dead engine has its own banner; saying it again at every call that waited would bury the rest.
    const { code } = outcome.error;
    if (code !== 'cancelled' && code !== 'engine-failed') this.report(outcome.error, key);
    return null;
  }

  report(problem: Problem, key: string): void {
    this.list = [...this.list.filter((other) => other.key !== key), { key, problem }];
  }

  dismiss(key: string): void {
    if (this.list.some((other) => other.key === key))
      this.list = this.list.filter((other) => other.key !== key);
  }

  clear(): void {
    this.list = [];
  }
}
