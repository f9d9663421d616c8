import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListUserTagsCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Probe, type Site, TAG_KEY } from '../probe';

const USE_MINUTES = 30;

export const tagsInOtherLetters: Probe = {
  minutes: 1,
  ask: async (site) => {
    const iam = new IAMClient(site.access);
    const UserName = await makeUser(site, 'tagged');
    for (const Key of ['Owner', 'owner']) {
      await iam.send(new TagUserCommand({ UserName, Tags: [{ Key, Value: `as ${Key}` }] }));
    }
    const { Tags = [] } = await iam.send(new ListUserTagsCommand({ UserName }));
    const owners = Tags.filter(({ Key = '' }) => Key.toLowerCase() === 'owner');
    const read = owners.map(({ Key, Value }) => `${Key} = "${Value}"`).join(', ');
    return { answer: `After a tag Owner and a tag owner, the user has ${read}.` };
  },
};

/** The key may do nothing, but anyone may ask who they are. */
export const useOfKey: Probe = {
  minutes: USE_MINUTES + 3,
  ask: async (site) => {
    const iam = new IAMClient(site.access);
    const UserName = await makeUser(site, 'used');
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const credentials = {
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    };
    const sts = new STSClient({ ...site.access, credentials });
    // A new key is not known everywhere at once.
    const used = await site.waitUpTo(2, async () =>
      sts.send(new GetCallerIdentityCommand({})).catch(() => undefined),
    );
    if (!used) return { answer: 'A new key could not be used within two minutes.' };
    const from = Date.now();
    const shown = await site.waitUpTo(USE_MINUTES, async () => {
      const { AccessKeyLastUsed } = await iam.send(
        new GetAccessKeyLastUsedCommand({ AccessKeyId: credentials.accessKeyId }),
      );
      return AccessKeyLastUsed?.LastUsedDate;
    });
    const minutes = Math.round((Date.now() - from) / 60_000);
    return {
      answer: shown
        ? `GetAccessKeyLastUsed had the first use of a key ${minutes} minutes after it.`
        : `GetAccessKeyLastUsed lacked the first use of a key for ${USE_MINUTES} minutes.`,
    };
  },
};

async function makeUser(site: Site, id: string): Promise<string> {
  const UserName = site.made.note('user', `${site.run}-${id}`);
  const Tags = [{ Key: TAG_KEY, Value: site.run }];
  await new IAMClient(site.access).send(new CreateUserCommand({ UserName, Tags }));
  return UserName;
}
