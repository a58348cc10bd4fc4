/** What can be done with the machine's power, by its state: the usual first, the rest in the menu. */
import type { LabCommand, LabView } from '../../../engine/api.ts';

export interface PowerAction {
  readonly label: string;
  readonly command: LabCommand;
  /** What it means, for the menu. */
  readonly explain: string;
}

const START: PowerAction = {
  label: 'Start',
  command: { do: 'start' },
  explain: 'The guest boots from its disk, or goes on where its saved memory ends.',
};
const RESUME: PowerAction = {
  label: 'Resume',
  command: { do: 'resume' },
  explain: 'The guest goes on where it stood.',
};
const SHUT_DOWN: PowerAction = {
  label: 'Shut down',
  command: { do: 'shut-down' },
  explain: 'The guest writes everything and ends.',
};
const TURN_OFF: PowerAction = {
  label: 'Turn off',
  command: { do: 'turn-off' },
  explain:
    'The power of the machine is taken away: what the guest had not written is lost. The host goes on.',
};
const PAUSE: PowerAction = {
  label: 'Pause the machine',
  command: { do: 'pause' },
  explain: 'The guest stands still in memory; simulated time goes on.',
};
const SAVE: PowerAction = {
  label: 'Save',
  command: { do: 'save' },
  explain: 'Its memory goes into a file, and the machine is off until it is started from there.',
};
const FORGET: PowerAction = {
  label: 'Delete the saved state',
  command: { do: 'delete-saved-state' },
  explain: 'The memory in the file is thrown away: the guest boots from its disk, as after a power cut.',
};
const POWER_ON: PowerAction = {
  label: 'Power on the host',
  command: { do: 'power-on' },
  explain: 'The host starts again, recovers what was cut off, and says what it found.',
};

/** The first is the button of the bar; empty where the machine is gone. */
export function powerActions({ machine, hostOn }: LabView): PowerAction[] {
  if (!hostOn) return [POWER_ON];
  if (!machine.now) return [];
  switch (machine.power) {
    case 'running':
      return [SHUT_DOWN, PAUSE, SAVE, TURN_OFF];
    case 'paused':
      return [RESUME, SAVE, TURN_OFF];
    case 'saved':
      return [START, FORGET];
    case 'off':
      return machine.now.savedState ? [START, FORGET] : [START];
  }
}
