"""Errors about files that are read: content, answers and people, and how their columns are found."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "input_not_found": marked("no such file"),
    "input_not_found_nor_others": marked("no such file"),
    "input_folder_not_found": marked("no such file"),
    "input_is_folder": marked("a folder, not a file"),
    "input_not_opened": marked("can't be opened: %(reason)s"),
    "input_broken_off": marked("can't be read: %(reason)s"),
    "input_is_old_excel": marked(
        "the file is an old Excel workbook (.xls), or one with a password, which can't be read"
    ),
    "input_is_pdf": marked("the file is a PDF document, which can't be read"),
    "input_is_bzip2": marked("the file is compressed with bzip2, which can't be read"),
    "input_is_xz": marked("the file is compressed with xz, which can't be read"),
    "input_is_zstd": marked("the file is compressed with zstd, which can't be read"),
    "input_is_seven_zip": marked("the file is a 7-Zip archive, which can't be read"),
    "input_is_rar": marked("the file is a RAR archive, which can't be read"),
    "input_is_sqlite": marked("the file is an SQLite database, which can't be read"),
    "input_is_arrow": marked("the file is an Arrow (Feather) file, which can't be read"),
    "input_is_picture": marked("the file is a picture, which can't be read"),
    "input_is_markup": marked("the file is a web page or XML, and no table"),
    "input_not_of_its_ending": marked("not a readable %(format)s: it doesn't begin as one does"),
    "input_ending_unknown": marked("the ending doesn't show the format"),
    "input_too_large": marked("the file holds more than %(mebibytes)s MiB of values, and is held in memory whole"),
    "format_unknown": marked("no format is called '%(format)s'"),
    "format_unknown_near": marked("no format is called '%(format)s'"),
    "encoding_unknown": marked("no encoding is called '%(encoding)s'"),
    "byte_order_unmarked": marked("the file has no %(encoding)s byte order mark"),
    "not_a_delimiter": marked("'%(text)s' is no delimiter; one character is, or %(names)s"),
    "not_a_row_number": marked("'%(text)s' is no number of a row; rows are counted from 1"),
    "header_line_empty": marked("line %(line)s holds nothing"),
    "header_line_beyond": marked("the file has no line %(line)s"),
    "header_row_empty": marked("row %(row)s holds nothing"),
    "header_lines_below": marked(
        "the column names can't be in line %(line)s ('%(title)s'): the lines below it have more fields"
    ),
    "header_rows_below": marked(
        "the column names can't be in row %(row)s ('%(title)s'): the rows below it have more cells"
    ),
    "header_unreadable": marked("the header can't be read: %(cause)s"),
    "header_undecodable": marked("the header can't be read: %(said)s"),
    "too_many_columns": marked("the header has %(columns)s columns"),
    "column_twice": marked("column %(columns)s occurs twice"),
    "workbook_unreadable": marked("not a readable Excel workbook (%(said)s)"),
    "workbook_is_word": marked("no Excel workbook but a Word document"),
    "workbook_is_archive": marked("no Excel workbook but an archive of other files"),
    "workbook_without_sheet": marked("the workbook has no sheet"),
    "workbook_parts_too_many": marked("the workbook has more than %(most)s parts"),
    "workbook_part_too_large": marked("%(part)s in the workbook: %(said)s"),
    "sheet_not_found": marked("no sheet is called '%(sheet)s'"),
    "parquet_unreadable": marked("not a readable Parquet file (%(said)s)"),
    "parquet_columns_too_many": marked("the file has %(columns)s columns; at most %(most)s are read"),
    "parquet_group_too_large": marked("row group %(group)s, column %(column)s: %(said)s"),
    "parquet_lists_too_long": marked(
        "row group %(group)s, column %(column)s: %(values)s values in lists; at most %(most)s are read"
    ),
    "column_not_found": marked("no column '%(name)s'"),
    "column_not_found_near": marked("no column '%(name)s', did you mean '%(near)s'?"),
    "columns_not_found": marked("%(wrong)s"),
    "text_and_document_named": marked("text and document both name the content"),
    "text_column_not_found": marked("no column looks like the text"),
    "item_column_not_found": marked("no column looks like the item's id"),
    "label_column_not_found": marked("no column looks like the label"),
    "label_column_not_found_but_status": marked(
        "no column looks like the label ('%(status)s' says of another one accept, reject or ignore)"
    ),
    "rater_column_not_found": marked("no column names the labeler"),
    "model_not_named": marked("nothing says which model answered"),
    "id_column_not_found": marked("no column holds the items' ids"),
    "columns_unfit": marked("%(said)s"),
    "no_rows_in_file": marked("the file holds no rows"),
    "no_answers_in_file": marked("the file holds no answer"),
    "row_unusable": marked("%(said)s"),
    "rows_unusable": marked("%(said)s"),
    "first_rows_unusable": marked("%(said)s"),
    "items_of_answers_unknown": marked("%(said)s"),
    "item_ambiguous": marked("item '%(item)s' could be %(could_be)s"),
    "codes_beside_names": marked(
        "people answered with labels such as '%(human)s', models with '%(model)s': none is in both files"
    ),
    "answers_of_model_not_found": marked("no model is called '%(model)s'"),
    "answers_of_model_not_found_near": marked("no model is called '%(model)s'"),
    "answers_of_no_model": marked("no model is called '%(model)s'"),
    "usable_items_too_few": marked("%(items)s items can be used, %(least)s are needed"),
    "usable_items_too_few_left_out": marked(
        "%(items)s items can be used, %(least)s are needed (left out: %(left_out)s)"
    ),
    "items_labelled_alike": marked("all %(items)s items are labeled '%(label)s'"),
    "languages_unknown": marked("no way to recognize the language %(tags)s"),
    "languages_unknown_near": marked("no way to recognize the language %(tags)s"),
    "people_rows_unusable": marked("%(rows)s rows can't be used, so no user is added: %(wrong)s"),
    "person_row_unreadable": marked("line %(line)s: %(said)s"),
    "person_column_unknown": marked("line %(line)s: %(column)s is no column of people"),
    "person_role_unknown": marked("line %(line)s: '%(role)s' is no role"),
    "person_without_name": marked("line %(line)s: it has no name"),
    "person_value_no_text": marked("line %(line)s: %(column)s is no text"),
    "person_name_unfit": marked("line %(line)s: '%(name)s' %(why)s"),
    "person_in_file_twice": marked("line %(line)s: %(name)s was in line %(before)s already; one row a person"),
    "person_rows_differ": marked("line %(line)s: %(name)s has another role, name or queue in line %(before)s"),
    "person_project_unknown": marked("line %(line)s: there is no project '%(project)s'"),
    "person_day_unread": marked("line %(line)s: %(column)s '%(value)s' is no day"),
    "person_hours_unread": marked("line %(line)s: weekly_hours '%(value)s' is no number of hours from 0 to 168"),
    "person_value_too_long": marked("line %(line)s: %(column)s has more than %(most)s characters"),
    "membership_backwards": marked("line %(line)s: valid_to %(last)s is before valid_from %(first)s"),
    "memberships_of_file_overlap": marked("line %(line)s: line %(before)s has %(name)s elsewhere on the same days"),
    "membership_overlaps_stored": marked(
        "line %(line)s: %(name)s is stored as working for %(team)s on the same days (%(first)s..%(last)s)"
    ),
    "no_people_in_file": marked("the file has no rows"),
    "embedder_changed": marked(
        "the embedder %(embedder)s gives vectors of %(dims)s numbers, those on disk have %(known)s: another"
        " model answers to this name"
    ),
}
