"""How the Rust `tokenizers` library cuts texts and pairs (`longest_first`): writes truncation.json beside this file.

Made with Python 3.11, tokenizers 0.23.2. Needs no seed: the table is a full grid.
"""

import json
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

LONGEST = 6  # tokens in a text
words = [f"{text}{i}" for text in "ab" for i in range(LONGEST)]
vocabulary = {token: i for i, token in enumerate(["[UNK]", "[CLS]", "[SEP]", *words])}
tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]",
    pair="[CLS] $A [SEP] $B:1 [SEP]:1",
    special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
)


def text(name, length):
    return " ".join(words[:length] if name == "a" else words[LONGEST : LONGEST + length])


cases = []
for first in range(1, LONGEST + 1):
    for second in [None, *range(1, LONGEST + 1)]:
        num_special = 2 if second is None else 3
        # Without room for a single token of text the library gives up in ways of its own.
        for max_length in range(num_special + 1, num_special + first + (second or 0) + 2):
            tokenizer.enable_truncation(max_length, strategy="longest_first")
            encoding = tokenizer.encode(text("a", first), None if second is None else text("b", second))
            cases.append([first, second, max_length, " ".join(encoding.tokens), "".join(map(str, encoding.type_ids))])

lines = ",\n".join(json.dumps(case) for case in cases)
comment = json.dumps(f"tokenizers {tokenizers.__version__}: first, second, maxLength, tokens, segments")
Path(__file__).with_name("truncation.json").write_text(f'{{"columns": {comment}, "cases": [\n{lines}\n]}}\n')
