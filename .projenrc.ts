import { workOnGitHub } from './projenrc/github';
import { bundleHandlers } from './projenrc/handler-bundles';
import { keepTheHouse } from './projenrc/house';
import { measureTests } from './projenrc/mutation';
import { runOnLambdaNode } from './projenrc/node-version';
import { translateSnippets } from './projenrc/packages';
import { CdkSentriesProject } from './projenrc/project';
import { releaseWhatIsWritten } from './projenrc/publishing';
import { checkReleases } from './projenrc/release';
import { addSandbox } from './projenrc/sandbox';
import { shipOnlyTheLibrary } from './projenrc/shipped-files';
import { shapeTests } from './projenrc/tests';
import { addVerification } from './projenrc/verification';

const project = new CdkSentriesProject();

runOnLambdaNode(project);
bundleHandlers(project);
keepTheHouse(project);
shapeTests(project);
measureTests(project);
addSandbox(project);
addVerification(project);
shipOnlyTheLibrary(project);
translateSnippets(project);
workOnGitHub(project);
releaseWhatIsWritten(project);
checkReleases(project);

project.synth();
