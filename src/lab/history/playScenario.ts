/** Plays a scenario from its beginning: the terminal's way, and a test's. */
import { DiskError } from '../../base/errors.ts';
import { Pacer } from '../../base/pacer.ts';
import type { LabEvent } from '../events.ts';
import type { LabHost } from '../host.ts';
import { Lab } from '../lab.ts';
import type { Scenario, TimedCommand } from './scenario.ts';

export interface PlayOptions {
  /** The scenario's own end where left out. */
  readonly untilUs?: number;
  readonly onEvents?: (events: readonly LabEvent[]) => void;
  readonly signal?: AbortSignal;
}

/** What a command comes to is in the lab's log, also where it fails. For the caller to close. */
export async function playScenario(
  scenario: Scenario,
  host: LabHost,
  options: PlayOptions = {},
): Promise<Lab> {
  const { untilUs = scenario.endUs, onEvents, signal } = options;
  const lab = await Lab.create(host, scenario);
  try {
    onEvents?.(lab.log.events);
    lab.log.onEvent = onEvents ? (event) => onEvents([event]) : null;
    for (const timed of scenario.commands) {
      if (timed.atUs > untilUs) break;
      await advance(lab, timed.atUs, signal);
      await playCommand(lab, timed);
    }
    await advance(lab, untilUs, signal);
    return lab;
  } catch (error) {
    await lab.close().catch(() => undefined);
    throw error;
  }
}

/** A command that fails is part of what happened. */
export async function playCommand(lab: Lab, { command }: TimedCommand): Promise<void> {
  try {
    await lab.do(command);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    // What fails on the way is in the log already.
    if (error.code === 'bad-request')
      lab.log.add(lab.nowUs, 'host', `Not done (${command.do}): ${error.message}`, { severity: 'warning' });
  }
}

/** Lets time pass until then; other messages are let in meanwhile. */
export async function advance(lab: Lab, untilUs: number, signal: AbortSignal | undefined): Promise<void> {
  const pacer = new Pacer();
  while (lab.nowUs < untilUs || (lab.nextUs() ?? Number.POSITIVE_INFINITY) <= untilUs) {
    await lab.advance(untilUs, () => !pacer.due);
    await pacer.step(signal);
    if (lab.nowUs >= untilUs && (lab.nextUs() ?? Number.POSITIVE_INFINITY) > untilUs) return;
  }
}
