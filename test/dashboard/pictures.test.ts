import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardOf, shownConstructs } from '../../build/dashboard/dashboard-app';
import { widgetsOf } from '../../build/dashboard/dashboard-body';
import { dashboardPage } from '../../build/dashboard/dashboard-page';

const FOLDER = join(__dirname, '..', '..', 'docs', 'images', 'dashboard');

test('the page of the pictures has each widget, and says that its data is made up', () => {
  const widgets = widgetsOf(dashboardOf(shownConstructs()));
  const page = dashboardPage(widgets);
  expect(page).toContain('with made-up data');
  expect(page.match(/class="widget"/g)).toHaveLength(widgets.length);
  for (const { properties } of widgets) {
    if (properties.title) expect(page).toContain(properties.title);
  }
});

test.each(['groups', 'keys', 'workflow', 'action', 'hub'])('there is a picture of %s', (name) => {
  expect(existsSync(join(FOLDER, `${name}.png`))).toBe(true);
});
