/** One piece of work at a time for each group, in the order in which it came. */
export class GroupQueue {
  private readonly tails = new Map<string, Promise<void>>();

  async run(groupId: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.tails.get(groupId) ?? Promise.resolve()).then(work);
    const tail = turn.catch(() => {
      /* the one who queued the work hears of it; the next in line need not */
    });
    this.tails.set(groupId, tail);
    await turn.finally(() => {
      if (this.tails.get(groupId) === tail) this.tails.delete(groupId);
    });
  }
}
