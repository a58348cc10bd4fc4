/** Which commands a machine takes in which state, and what a setting may be. */
import { grouped, sizeText } from '../../base/units.ts';
import type { CommandName, LabCommand, SettingsChange } from '../commands.ts';
import type { MachineNode, PowerState } from '../machine/machine.ts';
import { LONGEST_NAME } from '../machine/machine.ts';
import {
  LEAST_MEMORY_BYTES,
  LONGEST_WORDS,
  MOST_MEMORY_BYTES,
  MOST_PROCESSORS,
} from '../machine/readSettings.ts';
import { PAGE_BYTES } from '../memory/memory.ts';
import { type Refusal, refuse } from './refusal.ts';
import { eitherText } from './words.ts';

interface Need {
  readonly states: readonly PowerState[];
  /** `can be started`. */
  readonly what: string;
  readonly remedy: string;
}

const NEEDS: Readonly<Partial<Record<CommandName, Need>>> = {
  start: { states: ['off', 'saved'], what: 'can be started', remedy: 'A paused machine is resumed.' },
  'shut-down': {
    states: ['running'],
    what: 'can shut down',
    remedy: 'Start or resume it first, so that its guest can write everything.',
  },
  'turn-off': {
    states: ['running', 'paused'],
    what: 'can be turned off',
    remedy: 'A saved machine loses its memory with “delete saved state”.',
  },
  pause: { states: ['running'], what: 'can be paused', remedy: 'Start it first.' },
  resume: {
    states: ['paused'],
    what: 'can be resumed',
    remedy: 'A machine that is off or saved is started.',
  },
  save: { states: ['running', 'paused'], what: 'can be saved', remedy: 'Start it first.' },
  'delete-saved-state': {
    states: ['saved'],
    what: 'has a saved state to delete',
    remedy: 'Nothing needs to be done.',
  },
  write: { states: ['running'], what: 'has a guest that writes', remedy: 'Start or resume it first.' },
  'remove-machine': {
    states: ['off', 'saved'],
    what: 'can be removed',
    remedy: 'Shut it down, or turn it off, first.',
  },
  'attach-pass-through': {
    states: ['off', 'running', 'paused'],
    what: 'can be given a disk',
    remedy: 'Start it, or delete its saved state.',
  },
  'detach-pass-through': {
    states: ['off', 'running', 'paused'],
    what: 'can be parted from a disk',
    remedy: 'Start it, or delete its saved state.',
  },
};

export function refusalOfState(command: LabCommand, power: PowerState): Refusal | null {
  const need = command.do === 'settings' ? needOfSettings(command.change) : NEEDS[command.do];
  if (!need || need.states.includes(power)) return null;
  const text = `Only a machine that is ${eitherText(need.states)} ${need.what}; this one is ${power}.`;
  return refuse('wrong-state', text, { remedy: need.remedy });
}

function needOfSettings({ memoryBytes, processors }: SettingsChange): Need | null {
  if (memoryBytes === undefined && processors === undefined) return null;
  return {
    states: ['off'],
    what: 'can be given other memory or processors',
    remedy: 'Shut it down first; a saved state belongs to the memory that it was saved from.',
  };
}

export function refusalOfSettings({ memoryBytes, processors, notes }: SettingsChange): Refusal | null {
  if (
    memoryBytes !== undefined &&
    !isWhole(memoryBytes / PAGE_BYTES, LEAST_MEMORY_BYTES / PAGE_BYTES, MOST_MEMORY_BYTES / PAGE_BYTES)
  ) {
    return badValue(
      'Memory',
      memoryBytes,
      `${sizeText(LEAST_MEMORY_BYTES)} to ${sizeText(MOST_MEMORY_BYTES)} in whole pages of ${sizeText(PAGE_BYTES)}`,
    );
  }
  if (processors !== undefined && !isWhole(processors, 1, MOST_PROCESSORS)) {
    return badValue('The number of processors', processors, `1 to ${MOST_PROCESSORS}`);
  }
  if (notes !== undefined && notes.length > LONGEST_WORDS) {
    return badValue('The length of the notes', notes.length, `${grouped(LONGEST_WORDS)} characters at most`);
  }
  return null;
}

export function refusalOfLoad(load: number): Refusal | null {
  return load >= 0 && load <= 100 ? null : badValue('The guest’s load', load, '0 to 100 %');
}

/** `firstSector` and `sectorCount` against the disk's size are for those who have it open. */
export function refusalOfWrite(
  { disk, firstSector, sectorCount }: Extract<LabCommand, { do: 'write' }>,
  { settings }: MachineNode,
): Refusal | null {
  if (!settings.disks.some(({ kind, id }) => kind === 'vhd' && id === disk)) {
    return refuse('no-such-disk', `The machine has no disk “${disk}” with a VHD.`);
  }
  if (!isWhole(firstSector, 0)) return badValue('The first sector', firstSector, 'a whole number from 0 on');
  if (!isWhole(sectorCount, 1))
    return badValue('The number of sectors', sectorCount, 'a whole number from 1 on');
  return null;
}

export function refusalOfAttach(name: string, { settings }: MachineNode): Refusal | null {
  if (name.length === 0 || name.length > LONGEST_NAME) {
    return badValue('The length of the disk’s name', name.length, `1 to ${LONGEST_NAME} characters`);
  }
  if (!isAttached(name, settings.disks)) return null;
  return refuse('attached-already', `The machine has a pass-through disk “${name}” already.`);
}

export function refusalOfDetach(name: string, { settings }: MachineNode): Refusal | null {
  if (isAttached(name, settings.disks)) return null;
  return refuse('no-such-disk', `The machine has no pass-through disk “${name}”.`);
}

function isAttached(name: string, disks: MachineNode['settings']['disks']): boolean {
  return disks.some((disk) => disk.kind === 'pass-through' && disk.name === name);
}

export function isWhole(value: number, least: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

export function badValue(what: string, found: number, expected: string): Refusal {
  return refuse('bad-value', `${what} is ${found}; expected ${expected}.`);
}
