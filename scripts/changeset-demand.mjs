// CI's demand: a change to a public package comes with a changeset that tells its users.
// CHANGESET_BASE names the branch the change goes to, where it is not the clone's default branch.
import { missingChangesets } from './missing-changesets.mjs';
import { repositoryRoot } from './repository.mjs';

const missing = missingChangesets(repositoryRoot, process.env['CHANGESET_BASE'] || undefined);

if (missing.length === 0) {
  console.log('Every changed package has its changeset.');
} else {
  console.error('These packages changed, and no changeset says what that means for their users:');
  for (const { name, files } of missing) {
    console.error(`  ${name}: ${files.slice(0, 3).join(', ')}${files.length > 3 ? `, … (${files.length} files)` : ''}`);
  }
  console.error('Describe the change with `npm run changeset` and commit the file it writes.');
  process.exitCode = 1;
}
