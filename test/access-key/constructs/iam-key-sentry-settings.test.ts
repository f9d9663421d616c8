import { App, Duration, Stack } from 'aws-cdk-lib';
import { KeyActions, KeyExclusion, type IamKeySentryProps } from '../../../src';
import { iamKeySentrySettings } from '../../../src/access-key/constructs/iam-key-sentry-settings';

describe('what cannot work is refused, with the path of the construct and what to write instead', () => {
  test.each<[string, IamKeySentryProps, RegExp]>([
    [
      'an age of zero',
      { maxKeyAge: Duration.days(0) },
      /"maxKeyAge" is .+: write a whole number of days, at least one/,
    ],
    [
      'an age in hours',
      { maxUnusedAge: Duration.hours(36) },
      /"maxUnusedAge" is .+: write a whole number of days/,
    ],
    [
      'a warning longer than the age',
      { warnBefore: Duration.days(90) },
      /"warnBefore" is 90 days .+ write a "warnBefore" that is shorter/,
    ],
    [
      'deactivation before a key is listed',
      { actions: KeyActions.of({ deactivateAfter: Duration.days(30) }) },
      /"deactivateAfter" is 30 days and "maxKeyAge" 90/,
    ],
    [
      'more exclusions than SSM holds',
      { excluding: Array.from({ length: 300 }, (_, index) => KeyExclusion.user(`user-${index}`)) },
      /rules and exclusions take \d+ characters, SSM holds 8192: exclude a path or a group/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => iamKeySentrySettings(new Stack(new App(), 'App'), props)).toThrow(
      new RegExp(`^App: ${message.source}`),
    );
  });
});
