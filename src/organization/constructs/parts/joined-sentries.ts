import type { IConstruct } from 'constructs';
import type { Expectation } from '../../domain/gaps/find-gaps';
import type { MemberRights } from '../../domain/gaps/place-state';
import { rightsForAll } from '../../domain/needed-rights';
import type { SourceKind } from '../../domain/sources';

/** A sentry that works for the members of a hub. */
export interface JoinedSentry {
  readonly construct: IConstruct;
  readonly watches: 'security groups' | 'access keys';
  /** The most that it does in a member. */
  readonly rights: MemberRights;
  /** Ids of units that its policies or its mode name. */
  readonly units?: readonly string[];
}

/** The sentries of one hub. They come after it, so what it says of them is rendered last. */
export class JoinedSentries {
  private readonly sentries: JoinedSentry[] = [];

  /** Two of a kind would have roles of the same names, and do everything twice. */
  public add(sentry: JoinedSentry, hubPath: string): void {
    const rival = this.sentries.find(({ watches }) => watches === sentry.watches);
    if (rival) {
      throw new Error(
        `${sentry.construct.node.path}: ${rival.construct.node.path} already watches the ${sentry.watches} of all members of ${hubPath}: ` +
          'give it all policies, limited by "appliesTo", or write a second hub with another name.',
      );
    }
    this.sentries.push(sentry);
  }

  public get takesEvents(): boolean {
    return this.sentries.some(({ watches }) => watches === 'security groups');
  }

  /** Nothing is heard of members as long as no one takes their events. */
  public expectation(sources: readonly SourceKind[]): Expectation {
    const units = this.sentries.flatMap(({ units: named = [] }) => named);
    return {
      sources: this.takesEvents ? sources : [],
      rights: rightsForAll(this.sentries.map(({ rights }) => rights)),
      ...(units.length > 0 && { units: [...new Set(units)] }),
    };
  }
}
