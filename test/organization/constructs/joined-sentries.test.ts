import { App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { JoinedSentries } from '../../../src/organization/constructs/parts/joined-sentries';
import type { MemberRights } from '../../../src/organization/domain/gaps/place-state';

const stack = new Stack(new App(), 'Stack');

test('nothing is expected of members as long as no sentry works for them', () => {
  expect(new JoinedSentries().expectation(['forwarded-events'])).toEqual({
    sources: [],
    rights: 'OBSERVE',
  });
});

test('events are expected where a sentry judges them, with the rights that all need', () => {
  const sentries = new JoinedSentries();
  sentries.add(sentry('access keys', 'FULL'), 'Hub');
  expect(sentries.expectation(['forwarded-events'])).toEqual({ sources: [], rights: 'FULL' });
  sentries.add(sentry('security groups', 'REVOKE'), 'Hub');
  expect(sentries.expectation(['forwarded-events'])).toEqual({
    sources: ['forwarded-events'],
    rights: 'FULL',
  });
});

test('two sentries of a kind are refused', () => {
  const sentries = new JoinedSentries();
  sentries.add(sentry('security groups', 'REVOKE'), 'Hub');
  expect(() => sentries.add(sentry('security groups', 'OBSERVE'), 'Hub')).toThrow(
    /already watches the security groups of all members of Hub: give it all policies/,
  );
});

let count = 0;
function sentry(watches: 'security groups' | 'access keys', rights: MemberRights) {
  count += 1;
  return { construct: new Construct(stack, `Sentry${count}`), watches, rights };
}
