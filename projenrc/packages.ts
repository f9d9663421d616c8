import { type Task } from 'projen';
import { CdkSentriesProject } from './project';

const LANGUAGES = ['js', 'python', 'java', 'dotnet', 'go'];

/**
 * README's code is compiled before anything is packed, and the packages of the other languages show
 * it in their own language: in their README, or in the documentation of their code.
 *
 * jsii-pacmak takes the translations from `.jsii.tabl.json`. By itself it would leave TypeScript
 * under another language's name where one is missing; with `fail` it refuses. It would write an
 * .npmignore too, which package.json's list of files makes needless.
 */
export function translateSnippets(project: CdkSentriesProject): void {
  const translate = project.addTask('translate', {
    description: "Compile README's code and translate it for the other languages. Compile first",
    // The file is its own cache: the second package of package-all waits a second, not fifteen.
    exec: 'jsii-rosetta extract --compile --strict --cache .jsii.tabl.json .',
  });
  project.gitignore.exclude('.jsii.tabl.json');
  const pack = ['jsii-pacmak', '-v', '--no-npmignore', '--rosetta-unknown-snippets', 'fail'];
  for (const language of LANGUAGES) {
    const task = project.tasks.tryFind(`package:${language}`)!;
    task.reset();
    task.spawn(translate);
    // Takes --code-only, which writes the sources and needs no tools of the language.
    task.execArgs([...pack, '--target', language], { receiveArgs: true });
    // A job that publishes has no other dist/, and says in the issue of which version it failed.
    task.exec(`mkdir -p dist && node -p "require('./package.json').version" > dist/version.txt`);
  }
  packForLanguageTests(project, translate, pack);
}

/**
 * Go and .NET as sources: for .NET there may be no SDK, and what jsii-pacmak does to a Go module
 * needs a version of one that Go's registry may lack.
 */
function packForLanguageTests(project: CdkSentriesProject, translate: Task, pack: string[]): void {
  const built = ['--target', 'js', '--target', 'python', '--target', 'java'];
  project.addTask('package:languages', {
    description: 'Build what the release tests install, into an empty dist/. Compile first',
    steps: [
      { exec: 'rm -rf dist' },
      { spawn: translate.name },
      { exec: [...pack, ...built].join(' ') },
      { exec: [...pack, '--target', 'go', '--target', 'dotnet', '--code-only'].join(' ') },
    ],
  });
}
