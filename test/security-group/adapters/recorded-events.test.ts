import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { parseChangeEvent } from '../../../src/security-group/adapters/change-event';
import { ruleText } from '../../../src/security-group/domain/rules/rule-text';

/** After all of them: what cannot be read becomes this time. */
const RECEIVED_AT = new Date('2026-01-01T00:00:00Z');
const FOLDER = process.env.CLOUDTRAIL_RECORDS_DIR;

interface Expected {
  readonly actor: string;
  readonly rules: string[];
  readonly group?: string;
  readonly errorCode?: string;
}

const RYAN = 'AssumedRole ryan@example.com of arn:aws:iam::112233445566:role/Operator';
const ALAN = 'AssumedRole alan of arn:aws:iam::112233445566:role/TestAdmin';

/** What the published records say, read by eye. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'panther-AuthorizeSecurityGroupEgress-7e3357.json': {
    actor: RYAN,
    group: 'sg-03eee825d6bb78f54',
    rules: ['all traffic to 0.0.0.0/0'],
  },
  'panther-AuthorizeSecurityGroupIngress-159363.json': {
    actor: ALAN,
    group: 'sg-04f0b44316f7d2471',
    rules: ['tcp 443 from 0.0.0.0/16'],
    errorCode: 'UnauthorizedOperation',
  },
  'panther-AuthorizeSecurityGroupIngress-27d56d.json': {
    actor: ALAN,
    group: 'sg-04f0b44316f7d2471',
    rules: ['tcp 443 from 0.0.0.0/16'],
  },
  'panther-AuthorizeSecurityGroupIngress-caaaf8.json': {
    actor: RYAN,
    group: 'sg-0d921df5d84f7270a',
    rules: ['tcp 22 from 0.0.0.0/0'],
  },
  'panther-CreateSecurityGroup-ab2db4.json': {
    actor: RYAN,
    group: 'sg-04d018d184a18f647',
    rules: [],
  },
  'plaso-CreateSecurityGroup-178736.json': {
    actor: 'IAMUser fakeusername',
    group: 'sg-01234567890123456',
    rules: [],
  },
  'stratus-AuthorizeSecurityGroupIngress-656c73.json': {
    actor: 'IAMUser christophe',
    group: 'sg-003dc7f1f1c686164',
    rules: ['tcp 22 from 0.0.0.0/0 (sgr-09b3e3d2ca1edf2a2)'],
  },
  'streamalert-AuthorizeSecurityGroupIngress-05d196.json': {
    actor: 'IAMUser ...',
    group: '...',
    rules: ['all traffic from 10.0.0.0/8'],
  },
  'streamalert-AuthorizeSecurityGroupIngress-5a4963.json': {
    actor: 'IAMUser ...',
    group: '...',
    rules: ['all traffic from 0.0.0.0/0', 'all traffic from ::/0'],
  },
  'traildiscover-AuthorizeSecurityGroupEgress-b2cca6.json': {
    actor: 'IAMUser TrailDiscover',
    group: 'sg-1a2b3c4d',
    rules: ['tcp 80 to 0.0.0.0/16'],
    errorCode: 'Client.UnauthorizedOperation',
  },
  'traildiscover-AuthorizeSecurityGroupIngress-e465d8.json': {
    actor: 'IAMUser TrailDiscover',
    group: 'sg-0683fcf7a41c82593',
    rules: ['tcp 22 from 0.0.0.0/24'],
    errorCode: 'Client.UnauthorizedOperation',
  },
  'traildiscover-CreateSecurityGroup-0e6ae9.json': {
    actor: 'IAMUser TrailDiscover',
    rules: [],
    errorCode: 'Client.UnauthorizedOperation',
  },
};

if (!FOLDER) {
  test.skip('recorded events are not replayed: CLOUDTRAIL_RECORDS_DIR names no folder with records', () =>
    undefined);
} else if (!existsSync(FOLDER)) {
  throw new Error(
    `CLOUDTRAIL_RECORDS_DIR is ${FOLDER}, and there is no such folder: name one that holds CloudTrail records, a JSON file each.`,
  );
} else {
  describe('recorded events', () => {
    const files = globSync('*.json', { cwd: FOLDER }).sort();

    test('are the ones that are expected', () => {
      expect(files).toEqual(Object.keys(EXPECTED));
    });

    test.each(files)('%s', (file) => {
      const change = parseChangeEvent(
        JSON.stringify(envelopeAround(readRecord(join(FOLDER, file)))),
        RECEIVED_AT,
      );
      const { type, sessionName, userName, roleArn } = change.actor;
      expect({
        actor: `${type} ${sessionName ?? userName}${roleArn ? ` of ${roleArn}` : ''}`,
        group: 'group' in change.subject ? change.subject.group.id : undefined,
        rules: change.rules.present.map(
          (rule) => `${ruleText(rule)}${rule.id ? ` (${rule.id})` : ''}`,
        ),
        errorCode: change.errorCode,
      }).toEqual({ group: undefined, errorCode: undefined, ...EXPECTED[file] });
      expect(change.rules.complete).toBe(true);
      expect(change.time.getTime()).toBeGreaterThan(Date.parse('2017-01-01'));
      expect(change.time.getTime()).toBeLessThan(RECEIVED_AT.getTime());
    });
  });
}

const jsonObject = z.record(z.string(), z.unknown());

function readRecord(file: string) {
  return jsonObject.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Some files hold the whole envelope, some the bare record. */
function envelopeAround(recorded: Record<string, unknown>): Record<string, unknown> {
  return recorded.detail ? recorded : { detail: fromPanther(recorded) };
}

/** Panther's normal form writes identity keys in lower case; CloudTrail does not. */
function fromPanther(record: Record<string, unknown>): Record<string, unknown> {
  const identity = jsonObject.parse(record.userIdentity);
  if (!identity.sessioncontext) return record;
  const context = jsonObject.parse(identity.sessioncontext);
  const {
    accountid: accountId,
    principalid: principalId,
    accesskeyid: accessKeyId,
    ...others
  } = identity;
  return {
    ...record,
    userIdentity: {
      ...others,
      accountId,
      principalId,
      accessKeyId,
      sessionContext: { sessionIssuer: context.sessionissuer },
    },
  };
}
