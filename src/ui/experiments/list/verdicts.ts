/** What a run found that went into the program: read as what it says it is, and left out where it does not. */
import { EXPERIMENT_IDS, type ExperimentId, HOLDS_WORDS, type Holds } from '../../../engine/api.ts';
import committed from '../verdicts.json';

export interface CommittedVerdict {
  readonly id: ExperimentId;
  readonly headline: string;
  readonly claims: readonly { readonly holds: Holds; readonly why: string }[];
  readonly findings: readonly { readonly lead: string; readonly text: string }[];
  readonly figures: readonly { readonly label: string; readonly text: string }[];
  /** What a point is. */
  readonly caption: string;
  readonly work: string;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function isHolds(value: unknown): value is Holds {
  return typeof value === 'string' && value in HOLDS_WORDS;
}

export function readVerdicts(value: unknown): readonly CommittedVerdict[] {
  return list(value).flatMap((entry) => {
    const id = EXPERIMENT_IDS.find((one) => one === entry.id);
    const headline = text(entry.headline);
    if (id === undefined || headline === '') return [];
    return {
      id,
      headline,
      claims: list(entry.claims).flatMap(({ holds, why }) =>
        isHolds(holds) ? [{ holds, why: text(why) }] : [],
      ),
      findings: list(entry.findings).map((one) => ({ lead: text(one.lead), text: text(one.text) })),
      figures: list(entry.figures).map((one) => ({ label: text(one.label), text: text(one.text) })),
      caption: text(entry.caption),
      work: text(entry.work),
    };
  });
}

/** `Of 14 claims 6 hold, 5 hold in part and 3 do not.`; null where nothing was judged. */
export function sumText(verdicts: readonly CommittedVerdict[]): string | null {
  const claims = verdicts.flatMap((verdict) => verdict.claims);
  const count = (wanted: Holds) => claims.filter(({ holds }) => holds === wanted).length;
  const [yes, partly, no] = [count('yes'), count('partly'), count('no')];
  const verb = (number: number) => (number === 1 ? 'holds' : 'hold');
  return claims.length < 2
    ? null
    : `Of ${claims.length} claims ${yes} ${verb(yes)}, ${partly} ${verb(partly)} in part and ${no} ${no === 1 ? 'does' : 'do'} not.`;
}

export const VERDICTS = readVerdicts(committed);
