// SUSHI over our FSH, as a library: the command looks for packages and for newer versions of itself in the network.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fpl from 'fhir-package-loader';
import sushi from 'fsh-sushi';

import { CORE } from './definitions.mjs';

const { FHIRDefinitions } = sushi.fhirdefs;
const { RawFSH, importConfiguration } = sushi.sushiImport;
const { errorsAndWarnings, fillTank, logger } = sushi.utils;
const KINDS = ['profiles', 'extensions', 'logicals', 'resources', 'valueSets', 'codeSystems', 'instances'];

const refuse = async (what) => { throw new Error(`the generator works without a network, and ${what} is not here`); };
const NOBODY = {
  resolveVersion: refuse, download: refuse, downloadCurrentBuild: refuse, getCurrentBuildDate: async () => undefined,
};
const NOWHERE = {
  cachePackageTarball: refuse, isPackageInCache: () => false, getPackagePath: () => undefined,
  getPackageJSONPath: () => undefined, getPotentialResourcePaths: () => [],
  getResourceAtPath: () => undefined,
};

/**
 * The package made of the FSH files in a folder.
 * @param {string} folder with `sushi-config.yaml` and `fsh/`
 * @param {Map<string, object>} core the definitions of R4
 * @param {boolean} snapshot whether profiles carry their snapshots
 */
export async function generate(folder, core, snapshot) {
  errorsAndWarnings.reset();
  errorsAndWarnings.shouldTrack = true;
  logger.transports[0].silent = true;
  const name = join(folder, 'sushi-config.yaml');
  const config = importConfiguration(readFileSync(name, 'utf8'), 'sushi-config.yaml');
  // Definitions, no pages around them: those are made by whoever publishes the guide.
  config.FSHOnly = true;
  const definitions = new FHIRDefinitions({
    packageCache: NOWHERE, registryClient: NOBODY, currentBuildClient: NOBODY,
  });
  await definitions.initialize();
  await definitions.loadVirtualPackage(new fpl.InMemoryVirtualPackage(CORE, core));
  definitions.optimize();
  const files = readdirSync(join(folder, 'fsh')).filter((file) => file.endsWith('.fsh')).sort();
  const tank = fillTank(files.map((file) => new RawFSH(readFileSync(join(folder, 'fsh', file), 'utf8'), file)), config);
  tank.checkDuplicateNameEntities();
  const made = sushi.sushiExport.exportFHIR(tank, definitions);
  const said = ({ message, input, location }) => `${input ?? ''}${location ? `:${location.startLine}` : ''} ${message}`.trim();
  return {
    config,
    resources: KINDS.flatMap((kind) => made[kind].map((one) => one.toJSON(snapshot))),
    errors: errorsAndWarnings.errors.map(said),
    warnings: errorsAndWarnings.warnings.map(said),
  };
}
