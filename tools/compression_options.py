"""One way to compress, a dictionary such as {"format": "int4_asym", "group_size": 64}, in the words of
`hearth compress` and in those of nncf.compress_weights. Keys: format, group_size, ratio, backup, fallback,
all_layers, awq, ignored, table, sensitivity_metric."""

import json

import numpy as np

import nncf

FLAGS = {"group_size": "--group-size", "ratio": "--ratio", "backup": "--backup-precision",
         "fallback": "--group-size-fallback", "sensitivity_metric": "--sensitivity-metric"}


def hearth_flags(options):
    out = ["--weight-format", options["format"]]
    for key, flag in FLAGS.items():
        if key in options:
            out += [flag, str(options[key])]
    out += [flag for key, flag in (("all_layers", "--all-layers"), ("awq", "--awq")) if options.get(key)]
    if "ignored" in options:
        out += ["--ignored-scope", json.dumps(options["ignored"])]
    if "table" in options:
        out += ["--codebook", ",".join(f"{value!r}" for value in np.float32(options["table"]).tolist())]
    return out


def nncf_arguments(options):
    advanced = {}
    if "table" in options:
        advanced["codebook"] = np.array(options["table"], np.float32)
    if "fallback" in options:
        advanced["group_size_fallback_mode"] = nncf.GroupSizeFallbackMode(options["fallback"])
    out = {"mode": nncf.CompressWeightsMode(options["format"])}
    if advanced:
        out["advanced_parameters"] = nncf.AdvancedCompressionParameters(**advanced)
    if "backup" in options:
        out["backup_mode"] = nncf.BackupMode(options["backup"])
    if "ignored" in options:
        out["ignored_scope"] = nncf.IgnoredScope(**options["ignored"])
    if "sensitivity_metric" in options:
        out["sensitivity_metric"] = nncf.SensitivityMetric(options["sensitivity_metric"])
    return out | {key: options[key] for key in ("ratio", "group_size", "all_layers", "awq") if key in options}
