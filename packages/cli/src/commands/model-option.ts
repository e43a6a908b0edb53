/** What `--model` takes, for the help of every command that has it. */
export const MODEL_HELP = 'a checkpoint folder, or the id of one on the Hugging Face hub: [org/]name[@revision]';
