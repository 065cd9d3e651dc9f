"""What to type about files that are read, and their columns."""

from __future__ import annotations

ADVICE = {
    "input_not_found": "in that folder: %(files)s",
    "input_not_found_nor_others": "that folder holds no file of a readable format",
    "input_folder_not_found": "there is no folder %(folder)s",
    "input_is_folder": "name its files (%(endings)s)",
    "input_not_opened": "check its permissions",
    "input_broken_off": "is the file complete? get it again",
    "input_is_old_excel": "save it as .xlsx without a password",
    "input_is_pdf": "give the table it was made from",
    "input_is_bzip2": "unpack it, or compress it with gzip",
    "input_is_xz": "unpack it, or compress it with gzip",
    "input_is_zstd": "unpack it, or compress it with gzip",
    "input_is_seven_zip": "unpack it",
    "input_is_rar": "unpack it",
    "input_is_sqlite": "write its table as CSV",
    "input_is_arrow": "write it as Parquet",
    "input_is_picture": "look whether it is the right file",
    "input_is_markup": "download the file itself (was a sign-in needed?), or save the table as CSV",
    "input_not_of_its_ending": "is the file complete? get it again, or give CSV",
    "input_ending_unknown": "endings read: %(endings)s (each also with .gz); or say --format",
    "input_too_large": "leave out columns that no answer needs",
    "format_unknown": "one of %(formats)s",
    "format_unknown_near": "one of %(formats)s; did you mean %(near)s?",
    "encoding_unknown": "try utf-8, utf-16, gb18030, big5, latin-1",
    "byte_order_unmarked": "name the order of its bytes: %(encoding)s-le (Windows) or %(encoding)s-be; or is it utf-8?",
    "header_line_empty": "name the line that holds the column names",
    "header_line_beyond": "name the line that holds the column names",
    "header_row_empty": "name the row of column names",
    "header_lines_below": "do they stand in line %(below)s? %(choice)s",
    "header_rows_below": "do they stand in row %(below)s? %(choice)s",
    "header_unreadable": "this line must hold the column names; or say which does: %(choice)s",
    "header_undecodable": "if the whole file is in another encoding, name it: %(choice)s",
    "too_many_columns": "at most %(most)s columns are read; is the delimiter right? %(choice)s",
    "column_twice": "rename one of them",
    "workbook_unreadable": "open it in Excel and save it as .xlsx without a password, or give CSV",
    "workbook_is_word": "save the table as .xlsx or .csv",
    "workbook_is_archive": "save the table as .xlsx or .csv; unpack an archive first",
    "workbook_without_sheet": "put the rows on its first sheet",
    "workbook_parts_too_many": "save the table as .csv, or in several workbooks; the limits stand in docs/files.md",
    "workbook_part_too_large": "save the table as .csv, or in several workbooks; the limits stand in docs/files.md",
    "sheet_not_found": "the sheets are: %(sheets)s",
    "parquet_unreadable": "write it again, or give CSV",
    "parquet_columns_too_many": "write it with smaller row groups, or as JSON lines; the limits stand in docs/files.md",
    "parquet_group_too_large": "write it with smaller row groups, or as JSON lines; the limits stand in docs/files.md",
    "parquet_lists_too_long": "write it with smaller row groups, or as JSON lines; the limits stand in docs/files.md",
    "column_not_found": "the columns are: %(columns)s%(notes)s",
    "column_not_found_near": "the columns are: %(columns)s%(notes)s",
    "columns_not_found": "the columns are: %(columns)s%(notes)s",
    "text_and_document_named": "name one of them: --text or --document",
    "text_column_not_found": (
        "name it with --text COLUMN; the columns are: %(columns)s; do their names stand further down?"
        " --header-row N%(notes)s"
    ),
    "item_column_not_found": "--item-column COLUMN; the columns are: %(columns)s",
    "label_column_not_found": (
        "--label-column COLUMN, or --each-label COLUMN for each label; the columns are: %(columns)s"
    ),
    "label_column_not_found_but_status": (
        "--label-column COLUMN, or --each-label COLUMN for each label; the columns are: %(columns)s"
    ),
    "rater_column_not_found": (
        "--rater-column COLUMN, --rater-name NAME for all rows, or --each-rater COLUMN for a rater's own"
        " column; the columns are: %(columns)s"
    ),
    "model_not_named": "pass --model NAME",
    "id_column_not_found": "each line is %(shape)s",
    "columns_unfit": "each line is %(shape)s; the columns are: %(columns)s",
    "no_rows_in_file": "look whether it is the right one",
    "no_answers_in_file": "look whether it is the right one",
    "row_unusable": "correct this line",
    "rows_unusable": "correct this line; %(more)s more can't be used either",
    "first_rows_unusable": "none of the first %(rows)s rows can be read",
    "items_of_answers_unknown": "give the file of the items that these answers belong to, or take the line out",
    "item_ambiguous": "write each item's id in one way, in all files",
    "codes_beside_names": (
        "write the names; numbers are read by their names from Parquet that holds these (Hugging Face's to_parquet)"
    ),
    "answers_of_model_not_found": "there are: %(known)s",
    "answers_of_model_not_found_near": "did you mean '%(near)s'?",
    "answers_of_no_model": "give its answers",
    "usable_items_too_few": "label more items, or look why so many are left out",
    "usable_items_too_few_left_out": "label more items, or look why so many are left out",
    "items_labelled_alike": "nothing can be learned from one label: give items that people label differently",
    "languages_unknown": "give BCP 47 tags such as en, zh, pt-BR",
    "languages_unknown_near": "give BCP 47 tags such as en, zh, pt-BR; nearest: %(near)s",
    "people_rows_unusable": "columns are %(columns)s; roles are %(roles)s",
    "no_people_in_file": "one row a person, with a column name",
    "embedder_changed": "serve the former model again, or put another name that the server knows in [embedder] name",
}
