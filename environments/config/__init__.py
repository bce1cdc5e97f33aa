"""Reading of configs: sections, units and distributions, and error messages with file, line and column.

| module | holds |
|---|---|
| `documents`, `yaml_text`, `text_files` | files and the positions of their values |
| `section`, `kinds` | the base of all sections; sections of several kinds |
| `units`, `distributions` | quantities with units, random durations |
| `explanations`, `suggestions`, `quoting`, `errors` | error messages: text, suggestion, quotation, classes |
"""
