"""The Chinese sentences of refusals, one for each code: what is wrong and what to do; plain data.

``{name}`` is a fact of the refusal, ``{where}`` the input it stands beside, ``{place}`` the person, matter or material
it is about; a part in ``[…]`` falls away when a fact in it was not given.
"""

from __future__ import annotations

from typing import Final

REGISTERING: Final = {
    "nobody": "还没有登记来访人。请填写主访人；来访人不愿提供姓名的，请勾选“匿名”。",
    "one_main_visitor": "主访人应当有且只有一人[，现有{count}人]。请在来访人中只选定一名主访人。",
    "too_many_representatives": "多人走访提出共同事项的，推选的代表不得超过{limit}人[，现有{count}人]"
    "[，现有{given}人]。请把其余人员改为随访人。",
    "headcount_too_small": "信访人数少于已登记的到场人数[（已登记{present}人，所填{given}人）]。"
    "请按实际到场人数填写信访人数。",
    "headcount_invalid": "信访人数不成立[（所填{given}）]。请填写实际到场人数，最少1人。",
    "affected_invalid": "涉及人数不能是负数[（所填{given}）]。请更正，或者留空。",
    "name_missing": "[{place}]没有姓名（名称）。请填写姓名（名称），不清楚的请填写不清的原因。",
    "address_missing": "[{place}]没有住址。"
    "请填写住址或者送达地址，确实不清的请填写不清的原因；住址不清的不起算书面告知的期限。",
    "person_twice": "[{place}][“{name}”]登记了两次。请删去重复的一行。",
    "petitioner_unknown": "[{place}]选定的信访人在本机找不到。请重新查找选定，或者作为新的信访人填写。",
    "no_matter": "还没有信访事项。请至少填写一件事项的请求、事实或者理由。",
    "matter_empty": "[{place}]没有内容。请填写请求、事实或者理由，口头提出的请填写口述记录。",
    "request_missing": "[{place}]没有请求。请填写请求、事实或者理由，确实无法填写的请写明原因。",
    "oral_not_read_back": "口头提出的事项应当如实记录。"
    "请向来访人宣读或者交其阅看口述记录，确认无误后勾选“已宣读或阅看”。",
    "route_only_for_claims": "只有申诉求决类事项才分六种办理途径。请把办理途径改为“未定”，或者更正事项类别。",
    "accused_is_this_office": "被检举控告的单位就是本机构，材料不得由被检举控告人经手。"
    "请登记后报请上级或者有管理权限的机关处理。",
    "flag_unknown": "标识[“{flag}”]不在名录中。请从列出的标识中选择。",
    "earlier_matter_missing": "选了“重访”或者“新事实”，但没有指明以前的事项。请从以往事项中选定一件，或者改为“初访”。",
    "material_without_title": "[{place}]没有名称。请填写材料名称，或者删去这一行。",
    "count_invalid": "[“{where}”]的数目不成立[（所填{given}）]。请填写整数，材料和打印份数最少1份。",
    "id_invalid": "来访登记的内部标识不成立，没有登记。请关闭这张登记表，从草稿重新打开后再试。",
    "date_invalid": "[“{where}”]不是一个日期[：{text}]。请按“2026-11-23”或者“2026-11-23 09:30”填写。",
    "date_in_future": "[“{where}”][{date}]晚于今天。请填写已经发生的日期；如果本机时钟不准，请先校准。",
    "text_too_long": "[“{where}”]太长[：最多{limit}字，现有{length}字，超出{over}字]。"
    "请精简，其余内容可以作为材料附上。",
}

MATTERS: Final = {
    "case_unknown": "本机没有这份记录。它可能还没有从县级同步下来，请同步后再试。",
    "case_of_another_kind": "打开的记录不是所需的一类。请从列表中重新选择。",
    "not_a_matter": "这一步只能对信访事项办理。请从列表中重新选择一件事项。",
    "newer_release": "这份记录已由新版本办理。请升级本程序后再办理。",
    "wrong_stage": "这件事项[现在的状态是“{stage}”，]不能办理[“{step}”]。请刷新后按当前状态选择下一步。",
    "conflict_open": "[“{field}”]有两处不一致的记录，尚未核对。请先在“待核对”中选定一个，再继续办理。",
    "not_competent": "信访部门不作受理决定。请将事项转送、交办有权处理的机关，重大紧急的报请本级党委、政府决定。",
    "only_claims_accepted": "只有申诉求决类事项才出具受理决定。其他类别请用“告知”或者“当场答复”，或者先更正事项类别。",
    "route_without_acceptance": "只有办理途径为第三十一条第六项（信访程序）的事项才受理、计算60日办理期限"
    "[；本件途径为“{route}”]。请改用“告知”。",
    "route_needs_acceptance": "办理途径为第三十一条第六项的事项应当受理。请用“受理”，不要用“告知”。",
    "route_missing": "还没有确定办理途径。请先完成甄别，选定第三十一条第一项至第五项中的一项。",
    "target_organ_missing": "没有写明应当向哪个机关提出。请填写有权处理的机关名称，来访人才知道去哪里。",
    "destination_missing": "没有选定去向机关。请从机构名录中选择，或者填写机关名称。",
    "destination_is_this_office": "去向机关就是本机构，不能转送、交办给自己。请另选机关；属本机构职权的请直接办理。",
    "destination_unknown": "机构目录中没有去向机关[（{code}）]，不能移送。请从目录中选择；不在目录中的请改用纸质转送。",
    "office_scope_invalid": "单位文件的 scope[“{scope}”]不成立。检举控告窗口填“restricted/机构代码”，其他窗口不填。",
    "desk_is_restricted": "这里就是检举控告专用窗口。请在普通窗口里设置。",
    "restricted_place_invalid": "检举控告专用窗口的位置不成立：填另一个数据文件夹，或者写明在哪里（不超过四百字）。",
    "case_restricted": "检举控告材料不得与其他事项一同移送。请按检举控告的办理规定送交有管理权限的机关。",
    "shared_already": "这件事项已经移送给该机关，对方可以看到全部记录，不必重复移送。",
    "accusation_by_name": "检举控告不能转给手写的单位名称。请从机构目录中选择纪检监察机关或者有权处理的机关、单位。",
    "accusation_recipient": "检举控告只能转给纪检监察机关或者有权处理的机关、单位[，{organ}不在其列]。"
    "请在机构目录中另选；需要增加的，由县级调整“检举控告去向”的设定。",
    "accused_heads_organ": "被反映人是[“{organ}”]的负责人，检举控告不得转给该机关。"
    "请改送其上级机关或者有管理权限的纪检监察机关。",
    "accused_person": "联系人就是被反映人，检举控告不得交到其手中。请改填其他联系人。",
    "accused_organ": "不得将检举控告、申诉求决材料转送给被反映的单位[“{organ}”]。请改送其上级或者有管理权限的机关。",
    "sent_to_another_office": "这件事项是转送给其他机关的[（{to_office}）]，本机构不能收件。请与转出机关核对去向。",
    "received_before_sent": "收件日期早于转送、交办日期[（{sent}）]。请更正收件日期。",
    "date_before_receipt": "[“{where}”]早于收到信访事项的日期[（收到日期{received_on}）]。请更正日期。",
    "already_decided": "这件事项已经作出处理，[“{where}”]不能再改。确有错误的请写入备注，并另行办理。",
    "class_needs_procedure": "[“{class}”类]事项有法定程序，不能当场答复了结。请按甄别结果受理、告知或者转送。",
    "answer_missing": "没有写答复内容。请填写当场答复来访人的内容。",
    "address_already_clear": "这件事项的姓名（名称）和住址是清楚的，不需要补充。住址有变化的请更正信访人信息。",
    "approver_missing": "没有写批准人。延长办理期限应当经本机关负责人批准，请填写批准人。",
    "reason_missing": "没有写理由。请写明理由，它会留在办理记录中。",
    "clock_not_for_route": "60日办理期限、延期、复查、复核只适用于第三十一条第六项的事项[；"
    "本件途径为“{route}”]。请先核对办理途径。",
    "days_invalid": "天数不成立[（所填{days}）]。请填写大于0的整数，交办期限最长365日。",
    "days_missing": "没有写明天数。请填写要求的办理天数。",
    "days_not_allowed": "这一期限[（{clock}）]由条例规定，不能另填天数。请去掉所填天数。",
    "extension_over_30": "延长办理期限累计不得超过30日[（累计{days}日）]。请减少延长的天数。",
    "extension_after_expiry": "批准延期的日期[（{approved_on}）]已经超过办理期限[（{end}届满）]。"
    "期限届满后不能再延期，请尽快办结并告知信访人。",
    "extension_before_acceptance": "批准延期的日期早于受理日期[（{accepted_on}）]。请更正批准日期。",
    "exclusion_not_allowed": "听证时间只从复核期限中扣除，这一期限[（{clock}）]不能扣除。",
    "exclusion_invalid": "要扣除的听证时间起止颠倒[（{from}至{to}）]。请更正。",
    "field_unknown": "[“{where}”]不能更正。请只更正页面上列出的项目。",
    "choice_unknown": "[“{where}”]所选的值不在名录中[：{value}]。请从列表中选择。",
    "choice_missing": "没有选定以哪一个为准。请在两处记录中选定一个。",
    "nothing_changed": "没有改动。请先修改需要更正的内容，或者关闭。",
    "conflict_moved": "[“{field}”]刚才又收到了新的内容，还没有核定。请看过新的内容再定。",
    "no_conflict": "[“{field}”]没有需要核对的不一致，可能已经由他人核对。请刷新。",
}

PROCEDURE: Final = {
    "link_to_itself": "选的就是这一件事项。请选另一处登记的事项。",
    "linked_already": "与[{number}]是否同一事项已经认定过。内容有误的请写入备注。",
    "not_a_visit": "这件事项不是走访提出的，不认定是否越级走访。",
    "organ_unknown": "机构目录中没有这个机关[（{code}）]。请从列出的机关中选择。",
    "case_archived": "这件事项已经归档，不能再办理[“{step}”]。确需续办的，请作为新的来访登记，并注明以前的事项。",
    "not_in_hand": "这件事项现由其他机关办理[（{holder}）]，本机构不能办理这一步。请与该机关联系。",
    "not_the_sender": "异议应当由转送、交办的机关核实[（{sender}）]。请等待该机关核实。",
    "own_opinion": "复查、复核由原办理机关的上一级机关办理，本机构不能复查、复核自己的意见。"
    "请告知信访人向上一级机关提出。",
    "only_petition_office": "督办和三项建议由信访部门提出。请报请信访部门办理。",
    "date_before_step": "[“{where}”]早于前一步的日期[（{earlier}）]。请更正日期。",
    "day_missing": "没有填写[“{where}”]。请填写日期。",
    "date_is_over": "[“{where}”]已经过去[（{date}）]。请填写今天或者以后的日期。",
    "option_missing": "没有选定[“{where}”]。请选择一项。",
    "words_missing": "没有填写[“{where}”]。请填写，这是法定的内容。",
    "late_reason_missing": "已经超过期限。请写明逾期的原因后再登记；逾期不影响原有期限的计算。",
    "not_agreed_to_return": "转送、交办机关还没有核实同意，不能退回材料。请等待核实结果，原期限照常计算。",
    "not_assigned": "这件事项不是交办的，不需要报送办结报告。",
    "supplement_unknown": "没有找到所说的补充材料告知。请刷新后重新选择。",
    "not_passed_on": "这件事项没有转送、交办过，不能办理这一步。",
    "open_case_is_own": "正在办理的机关就是本机构，不能以此不予受理。请告知信访人办理进展。",
    "open_period_over": "下级机关的办理期限[{due_on}]已经届满，或者不在期限之内，不能不予受理。"
    "请登记受理本次来访，并提请督办。",
    "facts_are_new": "信访人提出了新的事实或者理由，不能不再受理。请按新的事项甄别办理。",
    "opinion_days_invalid": "复核意见的日期不成立：送达[（{delivered_on}）]不能早于出具[（{opinion_on}）]，"
    "也不能晚于今天。"
    "请核对复核意见书和送达回证。",
    "approver_is_handler": "批准人[“{approver}”]就是承办人。延长办理期限应当由本机关、单位负责人批准，请填写负责人。",
    "request_unknown": "没有第[{request}]项请求，或者答复了两次[（共{count}项）]。请逐项核对。",
    "request_unanswered": "第[{request}]项请求[“{words}”]没有答复。处理意见应当逐项写明事实、意见和依据。",
    "not_evaluated": "检举控告和依法通过诉讼、仲裁办理的事项不进行满意度评价。",
    "nothing_to_execute": "处理意见没有支持的请求，没有需要督促执行的内容。",
    "two_sides_needed": "调解、和解至少有两方[，现填{count}方]。请填写各方的姓名或者名称。",
    "document_missing": "要送达的文书还没有出具。请先作出处理并出具文书，再登记送达。",
    "outcome_without_opinion": "还没有出具处理意见，不能以这一结果办结。请先出具处理意见书并送达。",
    "outcome_does_not_fit": "办结的结果与事项现在的状态不符。请按实际的处理选择结果，或者先办理应当办理的步骤。",
    "no_agreement": "没有登记达成的调解、和解协议，不能以此办结。请先登记协议。",
    "report_owed": "这件事项是交办的，还没有报送办结报告。请先报送办结报告，再办结。",
    "supervision_unanswered": "督办还没有书面回复，不能办结。请先回复督办。",
    "delivery_owed": "文书还没有送达信访人，不能办结。请先登记送达；确实不能送达的，请写明原因。",
    "supervision_unknown": "没有找到这件督办。请刷新后重新选择。",
    "proposal_unknown": "没有找到这件建议。请刷新后重新选择。",
    "answered_already": "已经有书面回复了，不能再填一次。内容有误的请写入备注。",
    "nobody_told": "没有写明向谁报告。"
    "紧急信息应当报告本级党委、政府，通报主管部门和联席会议办公室，并报上一级信访部门。",
    "backdated_report": "报告时间[（{date}）]早于来访。紧急信息的报告时间不得倒填，请按实际时间填写。",
    "successor_is_recused": "接办人就是应当回避的人。请另选接办人。",
}

PAPERS: Final = {
    "form_not_for_case": "[“{form}”]不能在这份记录上出具。请到相应的来访登记或者信访事项上出具。",
    "no_materials": "没有登记材料，不能出具材料接收清单。请先登记收到的材料。",
    "not_accepted": "还没有受理，或者办理途径不是第三十一条第六项，不能出具受理告知书。请先办理“受理”。",
    "not_guided": "还没有办理告知，不能出具告知书。请先办理“告知”。",
    "not_referred": "还没有转送或者交办，不能出具转送告知书。请先办理“转送”或者“交办”。",
    "step_not_taken": "还没有办理[“{step}”]，不能出具[“{form}”]。请先登记这一步，再出具文书。",
    "step_of_another_office": "这一步是别的机关办理的，[“{form}”]应当由办理的机关出具。请由该机关出具。",
    "accusation_goes_sealed": "检举控告件不用普通的转送函、交办函，以免泄密。请出具检举控告转送单，密封移送。",
    "not_an_accusation": "这件事项不是检举控告，不用检举控告转送单。请出具转送函。",
    "adoption_missing": "没有登记建议意见是否采纳，不能出具建议意见回复。请在答复时写明采纳、部分采纳或者不采纳。",
    "agreement_missing": "没有达成协议，不能出具协议书。请先登记达成的调解、和解协议。",
    "findings_missing": "没有登记听证的意见，不能出具听证意见书。请先登记听证意见。",
    "assignment_number_missing": "没有写明交办函的文号，不能出具办结报告。请在报送时填写交办文号。",
    "opinion_number_missing": "没有写明原处理（复查）意见书的文号。请登记申请时填写，或者在本记录上出具原意见书。",
    "notice_unknown": "没有选定要送达的告知书。请先出具告知书，再登记送达或者出具送达回证。",
    "paper_is_void": "这份文书已经作废。请重新出具。",
    "already_issued": "[“{form}”]已经出具过[，文号{number}]。需要再打一份请用“补打”，内容有误请先作废再出具。",
    "addressee_unknown": "没有可以告知的信访人：姓名（名称）或者住址不清。请先补充姓名、住址，再出具告知书。",
    "paper_unknown": "没有找到这份文书。请刷新后重新选择。",
    "paper_not_stored": "这份文书还没有生成存档，不能登记打印。请先打开预览，生成后再打印。",
    "file_name_missing": "没有写明存成的文件名。请填写文件名，不带文件夹。",
    "needs_decision": "[{number}]还不能出具文书[：请先办理“{step}”]。办理以后再打印。",
    "paper_delivered": "这份文书已经登记送达，不能作废。",
    "paper_not_for_form": "[“{form}”]不能用这种纸张[（{paper}）]。请换一种纸张。",
    "large_type_not_for_form": "[“{form}”]没有大字版：只有交给信访人的文书才有。请按普通字号出具。",
    "sheet_not_for_roll": "这份文书不是小票，小票打印机打不了。请换一台打印机，或者出具时选 80 毫米、58 毫米小票。",
    "size_not_for_form": "[“{form}”]不能用这种纸张[（{size}）]。请换一种纸张。",
    "character_unprintable": "有字打不出来[：{char}（{code_point}）]，没有出具文书，文号没有使用。"
    "请核对这个字；确是姓名用字的，请管理员把这个字的图样（{code_point}.png）放进数据文件夹的“faces”里，再出具。",
    "face_not_truetype": "字体文件[“{file}”]不能用：只能用TrueType（.ttf）字体。现在仍用自带字体打印。",
    "face_not_embeddable": "字体文件[“{file}”]不能用：该字体不许嵌入文书。请换用许可嵌入的字体，现在仍用自带字体打印。",
    "face_lacks_characters": "字体文件[“{file}”]不能用：国标一、二级汉字不全[，缺{count}个，如“{char}”]。"
    "现在仍用自带字体打印。",
    "picture_unfit": "造字图[“{file}”]不能用：应当是正方形的PNG图，边长24至256点，白底黑字。",
    "series_missing": "本机没有[{year}年][“{kind}”字]文号，不能出具[“{form}”]。"
    "请向县级申请发放文号，或者由管理员设置。",
    "series_held_elsewhere": "[“{kind}”字]文号由本机构另一台机器使用，本机不能取号。"
    "请在那台机器上出具，或者向县级申请另发文号。",
    "series_exhausted": "[{year}年][“{kind}”字]文号已经用完[（最末号{last}）]。请同步，由县级续发文号后再出具。",
    "series_suspended": "本机换了身份，等与县里联系后才能再编文号；登记编号和回执照常。请同步，或者用U盘与县里联系。",
    "series_sealed_here": "本机的[{year}年][“{kind}”字]文号已由县里封存，不能再用。请同步；仍不行的，请县里另发文号。",
    "delivered_before_issue": "送达时间早于文书出具日期[（{issued_on}）]。请更正送达时间。",
    "signer_missing": "没有写签收人。请填写签收人姓名；拒绝签收的请选“拒收”。",
    "refusal_reason_missing": "没有写拒收的事由。请写明拒收事由和日期。",
    "witness_missing": "没有写见证人。拒收的，应当由见证人签名或者盖章，请填写见证人。",
    "number_invalid": "登记编号不成立[：{number}]。请照回执上的编号重新输入。",
    "document_number_invalid": "文号不成立[：{number}]。请照文书上的文号填写，年份用六角括号“〔〕”。",
    "query_code_wrong": "查询码不对。请照回执上的八位查询码重新输入。",
    "form_unknown": "没有这种文书[（{form}）]。请从列出的文书中选择。",
    "printer_name_invalid": "打印机或者纸盒的名称不成立。请从列出的打印机中选择。",
    "scan_unknown": "本机没有这张文书的登记[（{number}）]。可能是别的窗口登记的，请同步以后再扫。",
    "qr_unreadable": "扫到的二维码不是本系统回执上的，或者没有读全。请重扫，或者手工输入登记编号。",
}

FILES: Final = {
    "file_not_for_case": "附件只能附在来访或者信访事项上。请到相应的页面上添加。",
    "file_type_unknown": "不收这一类文件[（.{end}）]。可以附 PDF、图片（jpg、png、tif、bmp）、"
    "Word、Excel、WPS、OFD 文档、录音录像（mp3、wav、amr、m4a、mp4、mov）和 txt。",
    "file_empty": "这个文件是空的。请核对后重新选择。",
    "file_too_large": "文件太大[：{size} MB，最大 {limit} MB]。请分成几份，或者降低清晰度后再附。",
    "file_not_its_type": "文件的内容与扩展名[“.{end}”]不符，没有附上。请用生成它的程序重新保存后再附。",
    "file_attached_already": "这份文件已经附在这里[（{name}）]，不必再附。",
    "file_unknown": "没有找到这份附件。请刷新后重新选择。",
    "file_is_withdrawn": "这份附件已经撤回。",
    "files_not_pages": "一次选几个文件时，只能都是图片或者 PDF，合成一份多页的 PDF。其他文件请逐个添加。",
    "no_files": "没有选择文件。请选择要附上的文件。",
    "picture_unreadable": "这张图片或者这份 PDF 打不开[（{name}）]，没有附上。请重新扫描，或者换一种格式保存后再附。",
    "picture_too_large": "这张图片尺寸太大[（{name}）]，没有附上。请把扫描分辨率降到 300 点以下再试。",
    "too_many_pages": "页数太多[：{pages}页，最多{limit}页]。请分成几份附上。",
}

UPKEEP: Final = {
    "calendar_missing": "没有[{year}年]的工作日历，期限暂时算不出来。请导入国务院办公厅公布的[{year}年]节假日安排。",
    "calendar_known": "[{year}年]第[{version}]版的工作日历已经有了，不需要再导入。更正的请把版本号加1。",
    "table_file_invalid": "这个文件不能导入[：{reason}]。请选择工作日历、期限规则、代码或者机构负责人表的JSON文件。",
    "rule_table_invalid": "期限规则表不对[：{reason}][（{where_in}）]，没有导入。请对照随程序的样例改正。",
    "code_table_invalid": "代码表不对[：{reason}][（{where_in}）]，没有导入。请对照随程序的代码表改正。",
    "heads_table_invalid": "机构负责人表不对[：{reason}][（{where_in}）]，没有导入。请对照随程序的样例改正。",
    "heads_office_unknown": "第{row}行的机构[（{code}）]不在机构目录中，没有导入。"
    "请先由县级登记这个机构，或者更正代码。",
    "table_known": "[“{name}”]第[{version}]版已经有了，不需要再导入。更正的请把版本号加1。",
    "table_older": "[“{name}”]已有更新的第[{newest}]版，不能再导入第[{version}]版。",
    "table_elsewhere": "[“{name}”]是其他地区的规则[（{region}）]，不适用于本机构，没有导入。",
    "table_reserved": "条例本身的期限不能用导入的表改写。本地区的规则请另起标识。",
    "not_administrator": "只有本窗口的管理员（建立本窗口的那一位）可以更换文书用语。请由管理员登录后办理。",
    "wording_invalid": "文书用语表不对[：{reason}]，没有采用。请从现行用语改起。",
    "wording_wrong": "文书用语有[{count}处]不对，不能采用。请逐条改正。",
    "wording_unknown": "没有这一版文书用语[（{form}）]。请用 wording list 查看有哪些。",
    "wording_elsewhere": "“{name}”是其他地区的文书用语[（{region}）]，不适用于本机构，没有采用。",
    "wording_text": "第{line}行：{reason}[（{text}）]。",
    "wording_shape": "“{part}”的写法不对。请从现行用语改起，不要增减段落名称。",
    "wording_part_missing": "缺少“{part}”这一段。每一段都要保留。",
    "wording_part_unknown": "没有“{part}”这一段。请删去，或者改回原来的段落名称。",
    "wording_condition_unknown": "“{part}”：没有“{blank}”这个条件。请用现行用语里的条件。",
    "repealed_regulation": "“{part}”：《信访条例》已废止，不能作依据。"
    "请改引《信访工作条例》；只作历史说明的，写作“原《信访条例》”。",
    "remedy_not_given": "“{part}”：登记、受理、转送等告知不属于行政复议、行政诉讼的受案范围，"
    "不能告知对本告知不服可以复议或者诉讼。请删去。",
    "wording_empty": "“{part}”有空的句子。请写上，或者删去这一行。",
    "wording_too_long": "“{part}”太长[，最多{limit}字]。请写短一些。",
    "wording_brace": "“{part}”：花括号不成对[（{text}）]。空格写作一对花括号，中间是名称。",
    "wording_control": "“{part}”有看不见的字符。请删去后重新输入。",
    "wording_blank_unknown": "“{part}”：没有“{blank}”这个空格。请从列出的空格名称中选用。",
    "wording_blank_missing": "“{part}”缺少“{blank}”。这一项是文书必须写明的，什么情形下都不能漏。",
    "wording_blank_loose": "“{part}”：“{blank}”有时没有内容，印出来会是空的。请照现行用语写上同样的条件。",
    "wording_article_missing": "“{part}”没有写{article}。依据的条款要写全。",
    "simple_handling_off": "本地区没有施行简易办理，请按一般程序办理。施行的，由县级导入写明依据的期限规则表。",
    "simple_condition_missing": "没有写明符合简易办理的哪一种情形[（{conditions}）]。"
    "请选定一种，都不符合的按一般程序办理。",
    "simple_only_first": "简易办理只适用于初次信访事项。请先认定是否初次，重复的按一般程序办理。",
    "simple_excluded": "这件事项标注了[“{flag}”]，不适用简易办理。请按一般程序办理。",
    "focus_unknown": "代码表中没有“[{given}]”这个民生重点领域。请在教育、医疗、社保、住房中选择。",
    "code_unknown": "代码[“{code}”]不在[“{table}”第{version}版]中。请从列出的代码中选择。",
    "code_ended": "代码[“{code}”][{label}]已经停用[（“{table}”第{version}版）]，不能再选用。请选择现行的代码。",
    "calendar_table_invalid": "工作日历文件不对[：{reason}][（{where_in}）][（{day}）]。"
    "请与国务院办公厅的通知逐日核对后重新导入。",
    "rule_missing": "规则表中没有这一天适用的规则[（{day}）]。请核对日期；日期无误的请联系管理员更新规则表。",
    "rule_over_ceiling": "规则表中的期限超过条例规定[（{clock}：{days}日，规定{ceiling}日）]。"
    "内部期限只能更短，请更正。",
    "office_kind_unknown": "机构类型不对[：{kind}]。"
    "请填“petition_office”（信访部门）或者“competent_organ”（有权处理的机关）。",
    "office_name_missing": "没有写机构名称。请填写机构全称。",
    "office_mark_invalid": "机关代字不对[：{mark}]。请填写2至8个汉字，例如“海信”。",
    "office_code_invalid": "机构代码或者窗口号不对[：{code}]。请按县级发给的机构代码和窗口号填写。",
    "sign_in_taken": "这个登录名已经有人使用。请换一个登录名。",
    "sign_in_empty": "没有写登录名。请填写登录名。",
    "clerk_has_slot": "这名工作人员已经可以登录本机，不需要再添加。",
    "clerk_unknown": "本机没有这名工作人员。请核对登录名。",
    "last_clerk": "这是本机最后一名可以登录的工作人员，不能删除。请先添加另一名。",
    "snapshot_invalid": "这个文件不是本系统固化的统计，没有采用[（{reason}）]。"
    "请选择用 xinfang report --keep 生成的文件夹。",
    "snapshot_exists": "这一分钟的统计已经固化过[（{name}）]，没有改动。请过一分钟再固化，或者换一个文件夹。",
    "snapshot_definitions": "[{day}的]统计是按另一版定义[（{by}）]固化的，不能与现在的数字相减。请用当时的版本核对。",
    "password_too_short": "密码太短[，至少{least}个字符]。请换一个更长的密码。",
}

REFUSALS: Final = {**REGISTERING, **MATTERS, **PROCEDURE, **PAPERS, **FILES, **UPKEEP}
"""Every code of ``domain.refusals.Refusal`` with its sentence."""

NO_ARTICLE: Final = frozenset(
    {"case_unknown", "route_needs_acceptance", "route_without_acceptance", "clock_not_for_route"}
)
"""Codes whose sentence names its article itself or gains nothing from one."""
