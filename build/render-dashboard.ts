import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dashboardOf, shownConstructs } from './dashboard/dashboard-app';
import { type Widget, widgetsOf } from './dashboard/dashboard-body';
import { dashboardPage, PAGE_WIDTH } from './dashboard/dashboard-page';
import { takePicture } from './take-picture';

/**
 * Pictures of a SentryDashboard, for the docs: `tsx build/render-dashboard.ts`. The widgets are
 * those of the synthesized template, the data is made up, and each picture says so. It is no part
 * of the build.
 */
const FOLDER = resolve(__dirname, '../docs/images/dashboard');

/** In the order in which they stand on the dashboard. */
const SECTIONS = ['groups', 'keys', 'workflow', 'action', 'hub'];

function renderDashboard(): void {
  mkdirSync(FOLDER, { recursive: true });
  const sections = sectionsOf(widgetsOf(dashboardOf(shownConstructs())));
  SECTIONS.forEach((name, index) => {
    const html = dashboardPage(sections[index]!);
    takePicture(join(FOLDER, `${name}.png`), html, PAGE_WIDTH);
  });
}

/** One for each heading; what stands before the first one comes with it. */
function sectionsOf(widgets: readonly Widget[]): Widget[][] {
  const starts = widgets.flatMap((widget, index) => (isHeading(widget) ? [index] : []));
  return starts.map((start, index) => widgets.slice(index === 0 ? 0 : start, starts[index + 1]));
}

function isHeading({ properties }: Widget): boolean {
  return String(properties.markdown).startsWith('## ');
}

if (require.main === module) renderDashboard();
