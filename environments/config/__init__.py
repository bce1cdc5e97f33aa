"""Reading of configs: sections, units and distributions, and error messages with file, line and column.

| module | holds |
|---|---|
| `documents`, `yaml_text`, `text_files`, `workbooks` | files and the positions of their values |
| `section`, `kinds` | the base of all sections; sections of several kinds |
| `units`, `distributions` | quantities with units, random durations |
| `explanations`, `quoting`, `errors` | error messages: text, quotation, classes |
| `suggestions`, `other_words` | the word that was meant, also if it is one of other tools |
"""
