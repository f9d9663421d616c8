import {
  MessengerUnavailableError,
  type People,
  type Person,
} from '../../../src/approval/domain/messenger';

export const APP = { teamId: 'T1', appId: 'A1' };

/** A model of who is who. */
export class PeopleInMemory implements People {
  readonly groups = new Map<string, readonly string[]>();
  readonly users = new Map<string, string>();
  readonly persons = new Map<string, Person>();
  /** Thrown where a person is asked for. */
  personTrouble?: Error;
  readonly lookedUp: string[] = [];
  /** Nothing can be looked up, which is not the same as no one. */
  isDown = false;
  /** Thrown where the members of a group are asked for. */
  groupTrouble?: Error;
  /** What happens after a look-up, by its number from 1. */
  readonly afterLookUp = new Map<number, () => Promise<unknown>>();

  async membersOf(userGroupId: string): Promise<readonly string[]> {
    this.answer();
    if (this.groupTrouble) throw this.groupTrouble;
    return this.groups.get(userGroupId) ?? [];
  }

  async userWithEmail(email: string): Promise<string | undefined> {
    this.answer();
    this.lookedUp.push(email);
    await this.afterLookUp.get(this.lookedUp.length)?.();
    return this.users.get(email);
  }

  async personWithEmail(email: string): Promise<Person | undefined> {
    this.answer();
    if (this.personTrouble) throw this.personTrouble;
    return this.persons.get(email);
  }

  async app(): Promise<typeof APP> {
    this.answer();
    return APP;
  }

  private answer(): void {
    if (this.isDown) throw new MessengerUnavailableError('no one answers');
  }
}
