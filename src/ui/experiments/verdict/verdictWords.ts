/** What a run says to the reader's prediction. */
import type { ExperimentAbout, Verdict } from '../../../engine/api.ts';

/** What the figures say to a prediction. */
export interface Answer {
  readonly label: string;
  readonly fits: boolean;
  readonly text: string;
}

export function answerTo(
  { predictions }: ExperimentAbout,
  { answers, fits }: Verdict,
  prediction: string,
): Answer | null {
  const label = predictions.find(({ id }) => id === prediction)?.label;
  return label === undefined ? null : { label, fits: fits === prediction, text: answers[prediction] ?? '' };
}
