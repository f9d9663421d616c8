import { bundleHandlers } from './projenrc/handler-bundles';
import { enforceLayers } from './projenrc/layers';
import { runOnLambdaNode } from './projenrc/node-version';
import { CdkSentriesProject } from './projenrc/project';
import { addSandbox } from './projenrc/sandbox';
import { shipOnlyTheLibrary } from './projenrc/shipped-files';
import { shapeTests } from './projenrc/tests';

const project = new CdkSentriesProject();

runOnLambdaNode(project);
bundleHandlers(project);
enforceLayers(project);
shapeTests(project);
addSandbox(project);
shipOnlyTheLibrary(project);

project.synth();
