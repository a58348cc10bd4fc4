/** A scenario as text that people read and change: JSON, a line for each command. `parseScenario` reads it back, the same. */
import { DiskError } from '../../base/errors.ts';
import { GIB, grouped, KIB, MIB } from '../../base/units.ts';
import { US_PER_SECOND } from '../labTime.ts';
import { MOST_SCENARIO_BYTES, SCENARIO_FORMAT, SCENARIO_VERSION } from './parseScenario.ts';
import type { Scenario, TimedCommand } from './scenario.ts';

/** Throws 'limit' where it is longer than a scenario can be. */
export function scenarioText(scenario: Scenario): string {
  const { commands, ...head } = scenarioMembers(scenario);
  const lines = Object.entries(head).map(([name, value]) => `  ${inline(name)}: ${inline(value)}`);
  const list = commands.map((command) => `    ${inline(command)}`).join(',\n');
  lines.splice(-1, 0, `  "commands": [${list === '' ? '' : `\n${list}\n  `}]`);
  return checked(`{\n${lines.join(',\n')}\n}\n`);
}

/** The same without white space: for a link. */
export function compactText(scenario: Scenario): string {
  return checked(JSON.stringify(scenarioMembers(scenario)));
}

function checked(text: string): string {
  if (text.length <= MOST_SCENARIO_BYTES) return text;
  throw new DiskError({
    code: 'limit',
    message: `The scenario has ${grouped(text.length)} characters; at most ${grouped(MOST_SCENARIO_BYTES)} can be read back.`,
    meaning: 'It was not written. The lab is as it was.',
    remedy: 'Save the machine’s folder instead, or begin a new scenario from here.',
  });
}

function scenarioMembers(scenario: Scenario) {
  const { settings, guest } = scenario;
  return {
    format: SCENARIO_FORMAT,
    version: SCENARIO_VERSION,
    name: scenario.name,
    text: scenario.text,
    seed: scenario.seed,
    machine: {
      name: scenario.machineName,
      memoryBytes: sized(settings.memoryBytes),
      processors: settings.processors,
      notes: settings.notes,
      checkpointType: settings.checkpointType,
      integrationServices: settings.integrationServices,
      disks: scenario.disks.map(({ type, virtualSizeBytes, blockSizeBytes }) => ({
        type,
        virtualSizeBytes: sized(virtualSizeBytes),
        blockSizeBytes: sized(blockSizeBytes),
      })),
    },
    policy: scenario.policy,
    guest: { kind: guest.kind, load: guest.load, volume: scenario.volume },
    drive: scenario.drive,
    commands: scenario.commands.map(commandMembers),
    end: timeText(scenario.endUs),
  };
}

function commandMembers({ atUs, command }: TimedCommand): Record<string, unknown> {
  return { at: timeText(atUs), ...command };
}

/** `"4 GiB"` where that is the whole truth, else the number of bytes. */
function sized(bytes: number): string | number {
  const units = [
    [GIB, 'GiB'],
    [MIB, 'MiB'],
    [KIB, 'KiB'],
  ] as const;
  const unit = units.find(([unitBytes]) => bytes > 0 && bytes % unitBytes === 0);
  return unit ? `${bytes / unit[0]} ${unit[1]}` : bytes;
}

/** `00:01:30`, `00:01:30.250`: as many digits as it takes, in threes. */
export function timeText(us: number): string {
  const seconds = Math.floor(us / US_PER_SECOND);
  const rest = us % US_PER_SECOND;
  const two = (value: number) => String(value).padStart(2, '0');
  const whole = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  if (rest === 0) return whole;
  const digits = String(rest).padStart(6, '0');
  return `${whole}.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`;
}

/** JSON on one line, with spaces where a reader wants them. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${inline(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
