/** What a plan says of the way that was not chosen. */
import type { Finding, MergePlanView, MergeWay } from '../../engine/api.ts';

export interface OtherRefusal {
  readonly way: MergeWay;
  readonly finding: Finding;
}

export function otherRefusals({ way, choices }: MergePlanView): readonly OtherRefusal[] {
  return choices.flatMap((choice) =>
    choice.way !== way && choice.refusal ? [{ way: choice.way, finding: choice.refusal }] : [],
  );
}
