/** The report of a merge as a text file among the browser's downloads. */
import type { MergeDone } from '../../engine/api.ts';
import { saveAsDownload } from '../../engine/client.ts';
import { reportName } from './reportName.ts';

export function saveReport({ text, report }: MergeDone): void {
  const name = reportName(report.survivor);
  saveAsDownload(new File([text], name, { type: 'text/plain' }), name);
}
