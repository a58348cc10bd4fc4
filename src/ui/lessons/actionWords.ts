/** What will be done for the reader, in words: said before it is done, and while it is. */

import { grouped } from '../../base/units.ts';
import type { LabCommand, LessonAction, MergePolicy } from '../../engine/api.ts';

const POLICY: Readonly<Record<MergePolicy, string>> = {
  'when-idle': 'when idle',
  'when-off': 'when off',
  live: 'live',
  now: 'merge now',
};

/** Begins with a verb, in small letters, without a full stop. */
export function actionWords(action: LessonAction): string {
  switch (action.act) {
    case 'command':
      return commandWords(action.command);
    case 'run':
      return `let the lab run for ${simulated(action.seconds)}`;
    case 'settle':
      return `let the lab run until no merge runs and no memory is being saved (${simulated(action.mostSeconds)} at most)`;
    case 'explore':
      return 'open the machine’s disks in Explore, in the place of what is open there';
    case 'select':
      return `select sector ${grouped(action.firstSector)} in Explore`;
    case 'last-step':
      return 'go to the last step of the read path';
    case 'answer':
      return 'choose the answer';
  }
}

function simulated(seconds: number): string {
  return `${grouped(seconds)} simulated ${seconds === 1 ? 'second' : 'seconds'}`;
}

function commandWords(command: LabCommand): string {
  switch (command.do) {
    case 'start':
      return 'start the machine';
    case 'shut-down':
      return 'shut the machine down';
    case 'turn-off':
      return 'turn the machine off';
    case 'pause':
      return 'pause the machine';
    case 'resume':
      return 'let the machine go on';
    case 'save':
      return 'save the machine';
    case 'delete-saved-state':
      return 'delete the saved state';
    case 'settings':
      return 'change the machine’s settings';
    case 'attach-pass-through':
      return `attach the physical disk ${command.name}`;
    case 'detach-pass-through':
      return `take the physical disk ${command.name} away`;
    case 'remove-machine':
      return 'remove the machine';
    case 'guest':
      return command.kind === 'idle'
        ? 'let the guest idle'
        : `let the guest work as ${command.kind.replace('-', ' ')}, load ${command.load} %`;
    case 'write':
      return `write ${grouped(command.sectorCount)} sectors from sector ${grouped(command.firstSector)} on`;
    case 'take':
      return `take a checkpoint${command.name === undefined ? '' : ` named “${command.name}”`}`;
    case 'apply':
      return `${command.takeFirst ? 'take a checkpoint and ' : ''}apply “${command.checkpoint}”`;
    case 'revert':
      return `${command.takeFirst ? 'take a checkpoint and ' : ''}revert to the checkpoint below Now`;
    case 'rename':
      return `rename “${command.checkpoint}” to “${command.name}”`;
    case 'delete':
      return `delete “${command.checkpoint}”`;
    case 'delete-subtree':
      return `delete “${command.checkpoint}” and all that stands on it`;
    case 'policy':
      return `set when a merge runs: ${POLICY[command.policy]}`;
    case 'merge-now':
      return 'merge what is due, now';
    case 'cancel-merge':
      return 'cancel the merge';
    case 'pull-plug':
      return 'pull the plug of the host';
    case 'power-on':
      return 'switch the host on again';
    case 'drive-size':
      return command.bytes === null ? 'take the limit off the drive' : 'limit the room on the drive';
    case 'lose-file':
      return `lose the file ${command.file}`;
    case 'put-file-back':
      return `put the file ${command.file} back`;
    case 'alter-file':
      return `alter bytes of ${command.file}`;
    case 'change-id':
      return `give ${command.file} another id`;
  }
}
