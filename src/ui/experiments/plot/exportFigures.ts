/** The figures of an experiment to take along: CSV and JSON; the plot as SVG and PNG. */
import {
  type ExperimentAbout,
  type ExperimentResult,
  type ExperimentSetup,
  setupText,
} from '../../../engine/api.ts';

export { csvText } from '../../../engine/api.ts';
export { pngBlob, svgText } from './exportPicture.ts';

/** Everything: the question and its claims, the whole set-up, the figures, the verdict. */
export function jsonText(about: ExperimentAbout, setup: ExperimentSetup, result: ExperimentResult): string {
  const { id, number, question, claims, predictions, method } = about;
  const experiment = { id, number, question, claims, predictions, method };
  return `${JSON.stringify({ experiment, link: setupText(about, setup), setup, ...result }, null, 2)}\n`;
}
