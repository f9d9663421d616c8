import { CdkSentriesProject } from './projenrc/project';
import { bundleHandlers } from './projenrc/handler-bundles';
import { enforceLayers } from './projenrc/layers';
import { runOnLambdaNode } from './projenrc/node-version';
import { addSandbox } from './projenrc/sandbox';
import { shapeTests } from './projenrc/tests';
import { shipOnlyTheLibrary } from './projenrc/shipped-files';

const project = new CdkSentriesProject();

runOnLambdaNode(project);
bundleHandlers(project);
enforceLayers(project);
shapeTests(project);
addSandbox(project);
shipOnlyTheLibrary(project);

project.synth();
