export { confirmSites } from './confirm-sites.js';
export { findCandidates, type Candidate } from './find-candidates.js';
