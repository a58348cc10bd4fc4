/** What reads of a chain cost, and what merges would buy, as the terminal prints it. */
import { grouped, sizeText } from '../base/units.ts';
import type { AdviceFigures, MergeOffer } from '../lab/experiments/chainAdvice.ts';
import { CONTROLS } from '../lab/experiments/controls.ts';
import type { ExperimentSetup } from '../lab/experiments/setup.ts';
import { numberText, timeUsText, valueText } from '../lab/experiments/valueText.ts';
import { printable, table } from './text.ts';

export interface Cost {
  /** Of the layers, as the user would write them. */
  readonly paths: readonly string[];
  readonly setup: ExperimentSetup;
  readonly advice: AdviceFigures;
}

export function costLines({ paths, setup, advice }: Cost): string[] {
  return [
    ...readLines(paths[0] ?? '', setup, advice),
    '',
    ...table([['layer', 'file'], ...paths.map((path, layer) => [String(layer), path])]),
    '',
    ...offerLines(advice),
  ].map(printable);
}

function readLines(
  path: string,
  { pattern, profile, seed }: ExperimentSetup,
  advice: AdviceFigures,
): string[] {
  const { differencingDisks, reads, readBytes, walkCold, walkWarm, indexCold, measuredMicroseconds } = advice;
  const disks = `${grouped(differencingDisks)} differencing ${differencingDisks === 1 ? 'disk' : 'disks'}`;
  const cost = `${numberText(walkCold.lookups)} lookups, ${timeUsText(walkCold.microseconds)} on ${profile.name}`;
  const measured =
    measuredMicroseconds === null
      ? ''
      : ` By this machine’s clock, cold: ${timeUsText(measuredMicroseconds)}.`;
  const where = CONTROLS.pattern.kind === 'choice' ? labelOf(CONTROLS.pattern.options, pattern) : pattern;
  return [
    `${path} has ${disks}; a cold ${sizeText(readBytes)} read costs ${cost}.`,
    `With the tables cached it is ${timeUsText(walkWarm.microseconds)}; through Disklab’s index, cold, ${timeUsText(indexCold.microseconds)}.${measured}`,
    `Means of ${grouped(reads)} ${reads === 1 ? 'read' : 'reads'}, ${where}, seed ${seed}.`,
  ];
}

function labelOf(
  options: readonly { readonly value: string; readonly label: string }[],
  value: string,
): string {
  return options.find((option) => option.value === value)?.label ?? value;
}

function offerLines({ offers, readBytes }: AdviceFigures): string[] {
  if (offers.length === 0) return ['There is no parent here that anything could be merged into.'];
  const head = ['merged', 'lookups after', `a ${sizeText(readBytes)} read`, 'saves', 'copies', 'takes'];
  const [headLine = '', ...lines] = table([head, ...offers.map(cells)], 1);
  const rows = offers.flatMap(({ obstacle }, i) => [
    lines[i] ?? '',
    ...(obstacle === null ? [] : [`  not in place: ${obstacle}`]),
  ]);
  return [headLine, ...rows, '', bestLine(offers)];
}

function cells({ first, last, cold, savedShare, copyBytes, copySeconds }: MergeOffer): string[] {
  return [
    `layers ${first}–${last}`,
    numberText(cold.lookups),
    timeUsText(cold.microseconds),
    shareText(savedShare),
    sizeText(copyBytes),
    valueText(copySeconds, 'seconds'),
  ];
}

/** What saves most of what can be done in place. */
function bestLine(offers: readonly MergeOffer[]): string {
  const saving = offers.filter(({ savedShare }) => savedShare > 0);
  const best = saving.find(({ obstacle }) => obstacle === null) ?? saving[0];
  if (!best) return 'No merge of these files would make a cold read cheaper.';
  return `Merging layers ${best.first}–${best.last} would save ${shareText(best.savedShare)} for ${sizeText(best.copyBytes)} of copying.`;
}

function shareText(share: number): string {
  return valueText(share * 100, 'percent');
}
