/** `experiment [ID]`: runs one of the ten and prints what follows from its figures; without ID the list of them. */
import { EXPERIMENT_IDS } from '../../lab/experiments/experiment.ts';
import { EXPERIMENTS } from '../../lab/experiments/experiments.ts';
import type { ExperimentResult } from '../../lab/experiments/figures.ts';
import { csvText } from '../../lab/experiments/figuresCsv.ts';
import type { CallOf } from '../call.ts';
import { experimentLines } from '../experimentText.ts';
import type { Io } from '../io.ts';
import { type StudiedFile, withStudied, withTools } from '../studying.ts';
import { jsonText, table } from '../text.ts';

type Call = CallOf<'experiment'>;
type Chosen = NonNullable<Call['chosen']>;

/** True where files of the chain that was studied are missing. */
export async function experimentCommand(call: Call, io: Io): Promise<boolean> {
  const { chosen, file } = call;
  if (chosen === null) {
    await io.out(call.json ? jsonText({ experiments: list() }) : listText());
    return false;
  }
  if (file === null) {
    await print(call, chosen, await run(call, chosen, null, io), io);
    return false;
  }
  return withStudied(io, file, call, async (studied) => {
    await print(call, chosen, await run(call, chosen, studied, io), io);
    return !studied.chain.complete;
  });
}

function run(
  { measure }: Call,
  { id, setup }: Chosen,
  studied: StudiedFile | null,
  io: Io,
): Promise<ExperimentResult> {
  const experiment = EXPERIMENTS[id];
  return withTools(io, { chain: studied?.chain ?? null, measure }, async (tools) => {
    const figures = await experiment.run(setup, tools);
    return { figures, verdict: experiment.verdict(figures, setup) };
  });
}

async function print({ json, csv }: Call, { id, setup }: Chosen, result: ExperimentResult, io: Io) {
  const { about } = EXPERIMENTS[id];
  if (json) await io.out(jsonText({ id, setup, ...result }));
  else if (csv) await io.out(csvText(about, setup, result.figures));
  else await io.out(`${experimentLines(about, setup, result).join('\n')}\n`);
}

function list() {
  return EXPERIMENT_IDS.map((id) => {
    const { number, question } = EXPERIMENTS[id].about;
    return { number, id, question };
  });
}

function listText(): string {
  const rows = list().map(({ number, id, question }) => [String(number).padStart(2), id, question]);
  return `${table(rows).join('\n')}\n`;
}
