export { bertBaseUncasedSchedule } from './bert-base-uncased.js';
export { constantSchedule } from './constant-schedule.js';
export { equalMeanSchedule, reversedSchedule, shuffledSchedule } from './control-schedules.js';
export { formatSchedule } from './format-schedule.js';
export { linearSchedule, type LinearScheduleOptions } from './linear-schedule.js';
export { parseSchedule } from './parse-schedule.js';
export { scheduleRates } from './schedule-rates.js';
