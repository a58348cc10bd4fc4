/** A repair plan for terminals: what will be done and why, the bytes before and after, what is left. */
import { hexOffset, toHex } from '../base/bytes.ts';
import { grouped, sizeText } from '../base/units.ts';
import type { RepairChoice, RepairPlan, RepairStep } from '../engine/api.ts';
import { affectedText, findingLine, printable } from './text.ts';

/** More bytes of one change are counted, not shown. */
const SHOWN_BYTES = 16;
/** More changes of one step are counted, not shown. */
const SHOWN_CHANGES = 12;

export function planLines(plan: RepairPlan): string[] {
  const size =
    plan.sizeAfter === plan.sizeBefore
      ? []
      : [`The file's size goes from ${grouped(plan.sizeBefore)} to ${grouped(plan.sizeAfter)} bytes.`];
  const steps = plan.steps.flatMap((step, i) => ['', ...stepLines(step, i + 1)]);
  const choices = plan.choices.flatMap((choice) => ['', ...choiceLines(choice)]);
  const left = plan.left.flatMap(({ finding, why }) => [findingLine(finding), `  ${printable(why)}`]);
  return [
    plan.steps.length === 0 ? 'Nothing to repair.' : `${plan.steps.length} to repair:`,
    ...size,
    ...steps,
    ...choices,
    ...(left.length > 0 ? ['', 'Left as it is:', ...left] : []),
  ];
}

function stepLines(step: RepairStep, number: number): string[] {
  const lines = [`${number}. ${printable(step.title)}  (${step.rule})`, `   ${printable(step.why)}`];
  if (step.lossText !== '') lines.push(`   Lost: ${printable(step.lossText)}`);
  if (step.loses) lines.push(`   ${affectedText(step.loses)}`);
  for (const { field, offset, before, after } of step.changes.slice(0, SHOWN_CHANGES)) {
    lines.push(`   ${hexOffset(offset)}  ${printable(field)}: ${bytesText(before)} → ${bytesText(after)}`);
  }
  const more = step.changes.length - SHOWN_CHANGES;
  if (more > 0) lines.push(`   and ${grouped(more)} more changes`);
  return lines;
}

function choiceLines({ id, question, options, chosen }: RepairChoice): string[] {
  return [
    `? ${printable(question)}`,
    ...options.flatMap((option) => [
      `   ${option.id === chosen ? '●' : '○'} --choose ${printable(id)}=${printable(option.id)}  ${printable(option.title)}`,
      `      ${printable(option.meaning)}`,
      ...option.preview.map(
        ({ label, offset, bytes }) =>
          `      ${printable(label)} at ${hexOffset(offset)}: ${bytesText(bytes)}`,
      ),
    ]),
    chosen === null ? '   Nothing is chosen: it stays as it is.' : '',
  ].filter((line) => line !== '');
}

function bytesText(bytes: Uint8Array): string {
  const shown = toHex(bytes.subarray(0, SHOWN_BYTES)).replace(/(..)(?=.)/g, '$1 ');
  return bytes.length > SHOWN_BYTES ? `${shown} … (${sizeText(bytes.length)})` : shown;
}
