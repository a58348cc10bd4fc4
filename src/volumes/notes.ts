/** What is wrong with a table, in sentences: a hostile one cannot make them many. */
const MOST_NOTES = 40;

export class Notes {
  private readonly kept: string[] = [];
  private left = 0;

  /** A function is called only while there is room: a path of a hostile volume may be long to put together. */
  add(sentence: string | (() => string)): void {
    if (this.kept.length >= MOST_NOTES) {
      this.left++;
      return;
    }
    const text = typeof sentence === 'string' ? sentence : sentence();
    if (!this.kept.includes(text)) this.kept.push(text);
  }

  sentences(): string[] {
    return this.left === 0 ? [...this.kept] : [...this.kept, `Notes that are not shown: ${this.left}.`];
  }
}
