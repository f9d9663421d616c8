/**
 * Writes the templates of members, and the policy that keeps them, as files: for the package, and
 * for tools that are no CDK.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_HUB_NAME } from '../src/organization/constructs/hub-values';
import { memberControlPolicy } from '../src/organization/contracts/member-control-policy';
import { rolesTemplate } from '../src/organization/contracts/member-templates/roles-template';
import { ruleTemplate } from '../src/organization/contracts/member-templates/rule-template';

const FOLDER = join(__dirname, '..', 'member-templates');

for (const [name, template] of Object.entries({ roles: rolesTemplate(), rule: ruleTemplate() })) {
  writeFileSync(join(FOLDER, `${name}.template.json`), `${JSON.stringify(template, null, 2)}\n`);
}

writeFileSync(
  join(FOLDER, 'keep-members.policy.json'),
  `${JSON.stringify(memberControlPolicy(DEFAULT_HUB_NAME), null, 2)}\n`,
);
