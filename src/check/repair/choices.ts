/** What is left to the user: each choice as it is offered, with the answer where there is one already. */
import type { RepairChoice } from './repairPlan.ts';

/** More than anybody looks through; the rest is told to be there. */
const CHOICE_LIMIT = 64;

export class Choices {
  readonly offered: RepairChoice[] = [];

  constructor(private readonly answers: Readonly<Record<string, string>>) {}

  get isFull(): boolean {
    return this.offered.length >= CHOICE_LIMIT;
  }

  /** The id of the option that was chosen, or null: an answer that is none of the options counts as none. */
  offer(choice: Omit<RepairChoice, 'chosen'>): string | null {
    const answer = Object.hasOwn(this.answers, choice.id) ? this.answers[choice.id] : undefined;
    const chosen = choice.options.find((option) => option.id === answer)?.id ?? null;
    this.offered.push({ ...choice, chosen });
    return chosen;
  }
}

export interface YesQuestion {
  readonly rule: string;
  readonly question: string;
  readonly title: string;
  readonly meaning: string;
}

/** A choice between doing it and leaving it; true where it was chosen. */
export function askYes(choices: Choices, { rule, question, title, meaning }: YesQuestion): boolean {
  if (choices.isFull) return false;
  return (
    choices.offer({ id: rule, rule, question, options: [{ id: 'yes', title, meaning, preview: [] }] }) ===
    'yes'
  );
}
