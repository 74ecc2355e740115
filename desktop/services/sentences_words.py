"""The Chinese of surroundings, doubts and proposals: what a clerk reads where nothing was refused; plain data.

The form of a sentence is that of ``sentences_refusals``.
"""

from __future__ import annotations

from typing import Final

from domain.procedure import table
from domain.procedure.stages import NEXT_STEPS

SURROUNDINGS: Final = {
    "disk_full": "磁盘已满，这一步没有保存；以前保存的都在。请腾出空间后再点一次，所填内容仍在表上。",
    "read_only": "数据文件夹不能写入[（{file}）]，这一步没有保存。请检查文件夹权限或者磁盘是否写保护。",
    "io_error": "读写磁盘出错[（{file}）]，这一步没有保存。请检查磁盘和连接后再试，并尽快备份。",
    "busy": "数据文件正被占用，这一步没有保存。请稍候再试。",
    "file_missing": "找不到数据文件[（{file}）]。请检查磁盘或者网络盘是否已连接。",
    "file_damaged": "数据文件已损坏，没有改动它。请停止办理，用最近一次备份恢复到新的文件夹，并联系管理员。",
    "file_damaged_or_wrong_key": "数据文件打不开：文件已损坏，或者密钥文件与它不配。请核对两个文件是否来自同一份备份。",
    "keys_missing": "找不到密钥文件[（{file}）]，没有它数据打不开。请从备份中找回密钥文件放回原处。",
    "keys_damaged": "密钥文件已损坏[（{file}）]，没有改动它。请从备份中找回密钥文件放回原处。",
    "keys_exist": "这个文件夹里已有密钥文件[（{file}）]，没有覆盖。请换一个空文件夹。",
    "older_file": "数据文件由 0.1.0 版建立，没有损坏，也没有改动，要先升级才能使用。请在窗口里登录，按提示升级；"
    "或者请管理员运行 xinfang upgrade。",
    "not_older": "这里的数据不是 0.1.0 版的，不需要升级；没有改动。",
    "upgrade_no_room": "磁盘空间不够升级[，约需 {needed_mb} MB][，现有 {free_mb} MB]。"
    "原来的数据没有改动，请腾出空间后再升级。",
    "upgrade_unsound_before": "原来的数据核验没有通过[（{detail}）]，没有升级，也没有改动。"
    "请先备份整个文件夹，再联系维护人员。",
    "upgrade_unsound": "新的数据核对没有通过[（{detail}）]，已经丢弃；原来的数据没有改动。请联系维护人员。",
    "upgrade_cancelled": "已停止升级，原来的数据没有改动。",
    "newer_file": "数据文件已由更新的版本使用过[（文件第{file_version}版，本程序第{program_version}版）]。"
    "请升级本程序；文件没有改动。",
    "already_open": "这个文件夹已在另一个窗口打开[（自{since}起）]。请使用已打开的窗口，或者先关闭它。",
    "wrong_password": "登录名或者密码不对。请重新输入，注意大小写。",
    "no_station": "这个文件夹里没有本系统的数据[（{folder}）]。请核对文件夹，或者先初始化。",
    "folder_in_use": "这个文件夹里已有本系统的数据[（{folder}）]，没有覆盖。请换一个空文件夹。",
    "backup_exists": "备份的目标已经存在[（{file}）]，没有覆盖。请换一个名字。",
    "backup_unsound": "备份写出后检查没有通过[（{file}）]，这份备份不能用。请换一个磁盘再备份一次。",
    "no_backup": "这个文件夹里没有备份[（{folder}）]。请选择备份所在的文件夹。",
    "paper_elsewhere": "这份文书[（{number}）]是在另一台机器上出具的，本机没有它的存档文件。"
    "请到出具的机器上预览和补打。",
    "file_not_here": "这份附件不在本机[（{name}）]。已接入县级的，请点“取回”从县里取。",
    "file_damaged_here": "本机存的这份附件已损坏[（{name}）]，没有打开。县里有的可以重新取回；否则请从备份中恢复。",
    "file_not_at_county": "县里还没有这份附件[（{name}）]：办理的单位还没有传完。请稍后再取。",
    "little_room": "磁盘剩余空间不足 500 MB，暂不取回附件；登记和办理不受影响。请清理磁盘。",
    "printer_failed": "打印机[“{printer}”]没有打印[：{reason}]。请检查打印机后再打；文书已经存档，不会丢失。",
    "county_unreachable": "连不上县级服务器，已转为离线。可以照常办理，连上后会自动同步。",
    "county_full": "县级服务器磁盘已满，暂时收不下。可以照常办理，请通知县级管理员，之后会自动同步。",
    "county_refused": "县级服务器没有接受[：{reason}]。可以照常办理，请联系县级管理员。",
    "county_address": "县级服务器的地址不对[：{url}]。请照县级给的地址填写，例如“https://10.0.0.5:8750#sha256=…”。",
    "county_key_differs": "县级服务器的密钥与接入时的不同[（见到{met}…）]，没有发送任何内容。"
    "可能连到了别的机器；请向县级管理员核实，确已更换的，用新的地址重新接入。",
    "county_plain": "这个地址没有加密，只能用于本机。请照县级给的地址填写，它以“https://”开头。",
    "database_unreachable": "县级数据库连不上或者连接中断，已经确认的内容都在。请检查数据库后再试。",
    "wrong_database": "这个数据库不能用：须是UTF8编码、空的或者县级服务器自己建立的。请换一个数据库。",
    "already_enrolled": "本机已经接入县级[（{url}）]，不需要再接入。",
    "not_enrolled": "本机还没有接入县级。请在“县级”页填写地址和一次性接入码。",
    "no_line": "本机是用介质接入的，没有县级服务地址。请在“县级”页导出上报介质、导入回执介质。",
    "stick_needs_slip": "本机还没有接入县级。没有网络的，请用县信访局给的接入单申请接入，再导入回执介质。",
    "stick_needs_enrolment": "本机的接入证书是旧版本发的，还不能用介质上报。请向县信访局要新的接入码，重新接入。",
    "slip_of_another_office": "接入单是发给其他机构的[（{given}，本机是{own}）]。请向县信访局要本机构的接入单。",
    "medium_refused": "介质没有采用[：{reason}]。记录没有改动。",
    "medium_full": "U 盘已满[（{file}）]，介质没有写成，没有留下文件。请换一个空间大的 U 盘再导出。",
    "medium_read_only": "U 盘不能写入[（{file}）]，介质没有写成。请检查写保护开关，或者换一个 U 盘。",
    "medium_missing": "找不到文件或者文件夹[（{file}）]。请检查 U 盘是否插好。",
    "medium_exists": "已有同名的文件[（{file}）]，没有覆盖。请换一个名字。",
    "medium_io_error": "读写 U 盘出错[（{file}）]。请重新插好 U 盘，或者换一个再试；记录没有改动。",
    "medium_unsound": "介质写出后核对没有通过[（{file}）]，已经删除。这个 U 盘不可靠，请换一个再导出。",
}

WARNINGS: Final = {
    "id_check_digit": "证件号码的校验位不对，请与证件核对；确认无误可以照登。",
    "id_length": "证件号码是{length}位，居民身份证号码应为18位，请核对。",
    "id_characters": "证件号码中有不该出现的字符，请核对；确认无误可以照登。",
    "id_not_resident": "这不像居民身份证号码，请核对，或者选择其他证件类型。",
    "id_legacy_15": "这是15位旧号码，请尽量核对18位号码。",
    "id_region": "证件号码开头[“{region}”]不是现用的地区代码，请核对。",
    "id_birth_impossible": "证件号码中的出生日期不存在[（{birth}）]，请核对。",
    "id_birth_future": "证件号码中的出生日期晚于今天[（{birth}）]，请核对。",
    "id_birth_long_ago": "按证件号码已超过120岁[（{birth}出生）]，请核对。",
    "credit_code_length": "统一社会信用代码是{length}位，应为18位，请核对。",
    "credit_code_characters": "统一社会信用代码中有不用的字母或者符号，请核对。",
    "credit_code_check": "统一社会信用代码的校验位不对，请与证照核对；确认无误可以照登。",
    "phone_characters": "电话号码中有数字以外的字符，请核对。",
    "phone_implausible": "电话号码[是{length}位，]不像手机或者固定电话，请核对；确认无误可以照登。",
}

STEPS: Final = {
    **{code: row.title for code, row in table.STEPS.items()},
    "guide": "告知接收情况及处理途径和程序",
    "signpost": "告知向有权处理的机关提出",
    "register": "先登记，待核",
}

REASONS: Final = {
    # the route
    "class_without_route": "这一类别不分办理途径",
    "questions_open": "甄别问题尚未全部回答，办理途径待定",
    "none_of_the_others": "不属其他五种途径，适用信访程序",
    "answered_court": "人民法院已受理或者应当通过诉讼解决",
    "answered_arbitration": "仲裁机构已受理或者应当通过仲裁解决",
    "answered_party": "属党员申诉、检举控告等，依照党内有关规定处理",
    "answered_administrative": "已经或者应当通过行政复议、行政裁决等行政程序解决",
    "answered_duty": "请求查处违法行为、履行保护人身权或者财产权等法定职责",
    # the step
    "accepted_on_the_spot": "适用信访程序，属本机关职权，能够当场决定受理",
    "acceptance_to_decide": "是否受理尚待决定，期限内书面告知",
    "route_open": "办理途径尚未确定，先登记，期限内书面告知",
    "power_to_be_checked": "是否属本机关职权尚待核实，先登记，期限内书面告知",
    "not_this_organ": "不属本机关职权，告知向有权处理的机关提出",
    "outside_this_system": "不属本级党委、政府系统处理，告知向有权处理的机关、单位提出",
    "organ_of_own_system": "属本系统其他机关职权，转送有权处理的机关",
    "lower_level": "属下级机关职权，转送下级有权处理的机关",
    "same_level_organ": "属本级其他机关职权，转送有权处理的机关",
    "organ_to_be_chosen": "有权处理的机关待选定",
    "accusation_by_authority": "检举控告按管理权限转送，不得转给被反映的人或者单位",
    "accusation_of_own_power": "检举控告属本机关权限，依规依纪依法处理，注意保密",
    "litigation_visit_is_guided": "涉法涉诉来访，告知向有关政法部门提出",
    "litigation_letter_is_referred": "涉法涉诉信件，转送同级政法部门处理",
    "route_court": "涉及诉讼权利救济，按照法律规定的程序处理",
    "route_arbitration": "应当通过仲裁解决，告知仲裁途径",
    "route_party": "党员申诉、检举控告等，依照党内有关规定处理",
    "route_administrative": "应当通过行政复议、行政裁决等程序处理",
    "route_duty": "请求查处违法行为、履行职责的，依法履行或者答复",
    "suggestion_is_studied": "建议意见，认真研究论证，告知接收情况",
    "consultation_to_answer": "咨询，可以当场答复",
    "answered_on_the_spot": "已经当场答复",
    "open_with_subordinate": "下级机关正在法定期限内办理，不予受理",
    "ended_same_facts": "复核意见已送达，仍以同一事实和理由提出，不再受理",
    "objection_possible": "转送不当的，可以自收到之日起5个工作日内提出异议",
    # notes
    "keep_from_accused": "不得将检举控告材料及检举控告人的姓名、住址转给被检举控告的人或者单位",
    "notice_by_own_rules": "告知依照其自身规定办理，不适用十五日的书面告知",
    "notice_duty_off": "姓名（名称）或者住址不清，不负书面告知义务；补充清楚后恢复告知",
    # the next step of a matter
    **NEXT_STEPS,
    # why a clock does not run
    "address_unclear": "住址不清，不负书面告知义务",
    "name_unclear": "姓名（名称）不清，不负书面告知义务",
    "anonymous": "匿名，不负书面告知义务",
    "own_rules": "涉法涉诉、检举控告依照其自身规定告知",
}

COUNTY_REASONS: Final = {
    "wrong_code": "接入码不对",
    "used_code": "接入码已经用过",
    "wrong_office": "接入码是发给其他机构的",
    "wrong_desk": "普通窗口和检举控告专用窗口的接入码不能混用，请管理员另发一个",
    "wrong_county": "证书不是这个县级服务器发的",
    "relay_covers_office": "这个单位由下级服务器代为上报，不能再单独接入",
    "station_taken": "本机标识已被另一台机器使用",
    "revoked": "本机的接入已被撤销",
    "certificate_wanted": "县级不认得本机的证书",
    "newer_protocol": "县级服务器的版本较旧，请联系县级管理员升级服务器",
    "older_protocol": "本机程序的版本较旧，请升级本机",
    "unknown_flags": "县级服务器的版本较旧，请联系县级管理员升级服务器",
    "certificate_superseded": "本站已用新的身份重新登记，这一份数据的身份已经作废",
    "bad_birth": "本机的写入身份没有通过校验",
    "too_large": "一次传送的内容过大",
    "bad_answer": "县级的回应没有通过校验",
    "bad_signature": "签名没有通过校验",
    "county_failed": "县级服务器内部出错",
    "file_not_yours": "这份附件不归本机上传或者取回",
    "file_not_there": "县里还没有这份附件",
    "file_differs": "附件的内容与登记的校验码不符",
    "bad_piece": "附件传送的分片不对",
    "too_many": "县级服务器正忙，稍后会自动再试",
}

TABLE_REASONS: Final = {
    "not_json": "不是JSON文件",
    "not_an_object": "不是一张表",
    "missing_key": "缺少项目",
    "unknown_key": "有不认得的项目",
    "scope": "适用范围不对",
    "day": "日期写法不对",
    "day_outside_year": "有不属这一年的日期",
    "block": "放假时段不成立",
    "day_twice": "同一天写了两次",
    "make_up_not_a_weekend": "补班日不是周末",
    "festival_missing": "缺少法定节日",
    "statutory_day_missing": "法定假日没有放假",
    "same_version_differs": "同一版本已有不同的内容",
    "list": "应为列表",
    "number": "数字不对",
    "text": "文字缺失",
    "basis": "没有写依据",
    "clock": "期限代号不认得",
    "days": "天数不对",
    "from": "起始日期不对",
    "name": "名称不认得",
    "setting": "设置的值不对",
    "id": "标识不对，应为小写字母、数字和短横",
    "region": "行政区划代码不对，应为6、9或者12位数字",
    "version": "版本号不对",
    "verified": "是否核实应为真或者假",
    "note": "说明应为文字",
    "to": "终止日期不对",
    "table_unknown": "没有这一种代码表",
    "form": "文书代号不认得",
    "words": "没有用语",
    "table": "不是一张表",
    "part_unknown": "没有这个段落名称",
    "part_twice": "段落名称写了两次",
    "no_part": "前面没有段落名称",
    "one_sentence": "这一段只能写一行",
    "code": "代码写法不对",
    "code_twice": "同一代码写了两次",
    "parent_unknown": "上级代码不在表中",
    "tags": "标签应为文字列表",
    "exchange": "对应的交换代码不对",
}

PRINTER_REASONS: Final = {
    "timeout": "打印系统没有回应",
    "no print system": "本机没有打印系统",
}
