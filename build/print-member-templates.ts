/** Writes the templates of members as files, for the package and for tools that are no CDK. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolesTemplate } from '../src/organization/contracts/member-templates/roles-template';
import { ruleTemplate } from '../src/organization/contracts/member-templates/rule-template';

const FOLDER = join(__dirname, '..', 'member-templates');

for (const [name, template] of Object.entries({ roles: rolesTemplate(), rule: ruleTemplate() })) {
  writeFileSync(join(FOLDER, `${name}.template.json`), `${JSON.stringify(template, null, 2)}\n`);
}
